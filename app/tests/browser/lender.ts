// A lender whose wallet the browser has, and what stands around its loans.
import type { Page } from '@playwright/test';
import {
  type Address,
  createKeyPairFromPrivateKeyBytes,
  getAddressEncoder,
  getAddressFromPublicKey,
  getBase58Decoder,
  getBase64Decoder,
} from '@solana/kit';
import { functionAddress } from '../../src/chain/around';
import { SYSTEM } from '../../src/chain/offer';
import {
  Action,
  type FunctionArgs,
  findEscrowPda,
  getEscrowEncoder,
  getFunctionEncoder,
  getInvocationEncoder,
  type InvocationArgs,
} from '../../src/client';
import { AT, key, NOW, type World, world } from '../fixtures';
import { type FakeNode, fakeNode } from './node';

const seed = new Uint8Array(32).fill(42);
const borrowersSeed = new Uint8Array(32).fill(43);
const text = (bytes: Parameters<ReturnType<typeof getBase64Decoder>['decode']>[0]) => getBase64Decoder().decode(bytes);

/** The address of the wallet that the browser gets. */
export async function lenderWallet(): Promise<Address> {
  return getAddressFromPublicKey((await createKeyPairFromPrivateKeyBytes(seed)).publicKey);
}

/** The address of the borrower whose wallet a browser can get too. */
export async function borrowersWallet(): Promise<Address> {
  return getAddressFromPublicKey((await createKeyPairFromPrivateKeyBytes(borrowersSeed)).publicKey);
}

/** A nonce account of a wallet, the lender's if none is named, base64 with its owner. */
export async function nonceAccount(nonce: number, wallet?: Address): Promise<[string, string]> {
  const bytes = new Uint8Array(80);
  bytes.set([1, 0, 0, 0, 1]);
  bytes.set(getAddressEncoder().encode(wallet ?? (await lenderWallet())), 8);
  bytes.fill(nonce, 40, 72);
  return [text(bytes), SYSTEM];
}

/** The lender's part in a world: the browser's wallet as its authority, or as its servicer only. */
export async function owned(state: World, role: 'authority' | 'servicer' | 'stranger' = 'authority'): Promise<World> {
  const wallet = await lenderWallet();
  const parties = role === 'stranger' ? {} : role === 'authority' ? { authority: wallet } : { servicer: wallet };
  return { ...state, lender: { ...state.lender, ...parties } };
}

export const FEES = { [Action.Warn]: 20_000n, [Action.Lock]: 30_000n, [Action.Unlock]: 10_000n };

export function functionBytes(action: Action, change: Partial<FunctionArgs> = {}): string {
  return text(getFunctionEncoder().encode(functionArgs(action, change)));
}

function functionArgs(action: Action, change: Partial<FunctionArgs>): FunctionArgs {
  return {
    version: { number: 2 },
    bump: 255,
    lender: AT.lender,
    action,
    fee: FEES[action],
    bond: 5_000n,
    leaseSecs: 120,
    ttlSecs: 3_600,
    required: 1,
    commandKeys: [key(9), key(0), key(0)],
    codeHash: new Uint8Array(32).fill(7),
    revision: 1,
    uri: '',
    uri2: '',
    uri3: '',
    ...change,
  };
}

/** A call for a lock, as the chain keeps it while it is open. */
export const lockCall: InvocationArgs = {
  version: { number: 2 },
  bump: 255,
  lender: AT.lender,
  loan: AT.loan,
  vehicle: AT.vehicle,
  seq: 1n,
  action: Action.Lock,
  functionRevision: 1,
  required: 1,
  commandKeys: [key(9), key(0), key(0)],
  fee: FEES[Action.Lock],
  bond: 5_000n,
  leaseSecs: 120,
  requestedAt: NOW,
  expiresAt: NOW + 90 * 86_400,
  lockUntil: NOW + 30 * 86_400,
  instalment: 0,
  isFinal: false,
  claimKeeper: key(0),
  claimLeaseEnd: 0,
  claimBond: 0n,
  lastLapsed: key(0),
  rentPayer: key(11),
};

/** A node with a loan, its escrow and its lender's functions. */
export async function lenderNode(page: Page, state: World = world): Promise<FakeNode> {
  const node = await fakeNode(page, state);
  const [escrow] = await findEscrowPda({ loan: AT.loan });
  node.more[escrow] = text(
    getEscrowEncoder().encode({
      version: { number: 2 },
      bump: 255,
      loan: AT.loan,
      rent: 900_000n,
      deposited: 100_000n,
      committed: 0n,
      paid: 0n,
      refunded: 0n,
      forfeited: 0n,
      withdrawn: 0n,
    }),
  );
  for (const action of [Action.Warn, Action.Lock, Action.Unlock]) {
    const address = await functionAddress(AT.lender, action);
    node.more[address] = functionBytes(action);
    node.past[address] = [{ signature: '1'.repeat(64), time: state.now, logs: [], bytes: '', balances: [] }];
  }
  return node;
}

export const callBytes = (call: InvocationArgs) => text(getInvocationEncoder().encode(call));

/** Opens a screen of the lender with its wallet connected. */
export async function openAs(
  page: Page,
  path: string,
  says = { connect: 'Connect Burner (this browser)', connected: 'Connected:' },
): Promise<void> {
  const to = encodeURIComponent(`lender/${AT.lender}${path}`);
  await page.goto(`/#/local?key=${getBase58Decoder().decode(seed)}&to=${to}`);
  await page.getByRole('button', { name: says.connect }).click();
  await page.getByText(says.connected).waitFor();
}

/** Opens any screen with the borrower's wallet in a browser that has connected one before. */
export const openAsBorrower = (page: Page, to: string) => reopen(page, borrowersSeed, to);

/** The same with the lender's. */
export const reopenAsLender = (page: Page, to: string) => reopen(page, seed, to);

async function reopen(page: Page, key: Uint8Array, to: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`/#/local?key=${getBase58Decoder().decode(key)}&to=${encodeURIComponent(to)}`);
}
