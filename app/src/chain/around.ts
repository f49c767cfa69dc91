// What stands around a loan for its lender: escrow, functions, open calls.
import {
  type Address,
  getAddressEncoder,
  getBase64Encoder,
  getProgramDerivedAddress,
  getUtf8Encoder,
  type Lamports,
} from '@solana/kit';
import {
  Action,
  type Function as CarFunction,
  findEscrowPda,
  getFunctionDecoder,
  getInvocationDecoder,
  INVOCATION_DISCRIMINATOR,
  type Invocation,
  LATCHKEY_PROGRAM_ADDRESS,
} from '../client';
import { names, startsWith } from './find';
import type { Rpc } from './network';

/** Where an invocation names its loan: behind discriminator, version, bump and lender. */
const LOAN = 42;

export const ACTIONS = [Action.Warn, Action.Lock, Action.Unlock] as const;

export interface OpenCall extends Invocation {
  address: Address;
}

export interface Around {
  escrow: { address: Address; bytes: string; lamports: bigint; rent: bigint } | undefined;
  functions: Functions;
  calls: OpenCall[];
}

/** A lender's functions by action; one that it does not offer is missing. */
export type Functions = Partial<Record<Action, CarFunction & { address: Address }>>;

/** The address of a lender's function. A generated client cannot derive it: see `idl/README.md`. */
export async function functionAddress(lender: Address, action: Action): Promise<Address> {
  const [address] = await getProgramDerivedAddress({
    programAddress: LATCHKEY_PROGRAM_ADDRESS,
    // The address holds the action as messages count them, from 1.
    seeds: [getUtf8Encoder().encode('function'), getAddressEncoder().encode(lender), Uint8Array.of(action + 1)],
  });
  return address;
}

const textOf = (account: { data: unknown }) => (account.data as readonly [string, string])[0];
const bytesOf = (account: { data: unknown }) => getBase64Encoder().encode(textOf(account));

export async function functionsOf(rpc: Rpc, lender: Address): Promise<Functions> {
  const addresses = await Promise.all(ACTIONS.map((action) => functionAddress(lender, action)));
  const { value } = await rpc.getMultipleAccounts(addresses, { encoding: 'base64', commitment: 'confirmed' }).send();
  const functions: Functions = {};
  for (const [index, action] of ACTIONS.entries()) {
    const [account, address] = [value[index], addresses[index]];
    if (account && address) functions[action] = { ...getFunctionDecoder().decode(bytesOf(account)), address };
  }
  return functions;
}

/** The calls of a loan that are neither settled nor closed. */
async function openCalls(rpc: Rpc, loan: Address): Promise<OpenCall[]> {
  const found = await rpc
    .getProgramAccounts(LATCHKEY_PROGRAM_ADDRESS, {
      encoding: 'base64',
      commitment: 'confirmed',
      filters: [startsWith(INVOCATION_DISCRIMINATOR), names(LOAN, loan)],
    })
    .send();
  return found.map(({ pubkey, account }) => ({ address: pubkey, ...getInvocationDecoder().decode(bytesOf(account)) }));
}

export async function readAround(rpc: Rpc, loan: Address, lender: Address): Promise<Around> {
  const [address] = await findEscrowPda({ loan });
  const [escrow, functions, calls] = await Promise.all([
    rpc.getAccountInfo(address, { encoding: 'base64', commitment: 'confirmed' }).send(),
    functionsOf(rpc, lender),
    openCalls(rpc, loan),
  ]);
  const account = escrow.value;
  if (!account) return { escrow: undefined, functions, calls };
  const rent: Lamports = await rpc.getMinimumBalanceForRentExemption(BigInt(bytesOf(account).length)).send();
  const { lamports } = account as { lamports: Lamports };
  return { escrow: { address, bytes: textOf(account), lamports, rent }, functions, calls };
}
