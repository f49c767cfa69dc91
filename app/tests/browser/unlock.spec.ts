// A borrower has the car unlocked from the page alone. The test plays the node and the function; the car's key is a real one.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, type Route, test } from '@playwright/test';
import {
  type Address,
  address,
  generateKeyPair,
  getAddressEncoder,
  getAddressFromPublicKey,
  getBase64Decoder,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getI64Encoder,
  getPublicKeyFromAddress,
  getTransactionDecoder,
  getU64Encoder,
  type SignatureBytes,
  signBytes,
  verifySignature,
} from '@solana/kit';
import { concat, invokeMessage, seal, UNLOCK } from '../../src/chain/messages';
import { Action, getInvocationEncoder, LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { invocationOf } from '../../src/screens/borrower/proposals';
import { AT, key, STATES, type World, world } from '../fixtures';
import { type FakeNode, fakeNode } from './node';
import { offerWallet } from './wallet';

const URI = 'https://function.example/call';
const SEQ = 2n;
const asked = STATES.unlocking ?? world;

interface Scene {
  node: FakeNode;
  invocation: Address;
  car: CryptoKeyPair;
  /** What the function was sent. */
  events: Record<string, string>[];
  /** The car's word, signed with this key. */
  receipt(by: CryptoKeyPair, seq?: bigint): Promise<string>;
}

type Plays = (route: Route, scene: Scene, turn: number) => Promise<void>;

const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };

/** Answers as a function does. */
function says(route: Route, status: number, body: object | string, after = '0') {
  const isText = typeof body === 'string';
  return route.fulfill({
    status,
    headers: { ...cors, 'retry-after': after, 'content-type': isText ? 'text/html' : 'application/json' },
    body: isText ? body : JSON.stringify({ reason: 'x', message: 'because', ...body }),
  });
}

async function open(page: Page, plays: Plays): Promise<Scene> {
  const car = await generateKeyPair();
  const deviceKey = await getAddressFromPublicKey(car.publicKey);
  const state: World = {
    ...asked,
    loan: { ...asked.loan, unlockUri: URI, invocationsOpen: 1 },
    vehicle: { ...asked.vehicle, deviceKey },
  };
  const node = await fakeNode(page, state);
  const invocation = await invocationOf(AT.vehicle, SEQ);
  const bytes = getInvocationEncoder().encode({
    version: { number: 2 },
    bump: 255,
    lender: AT.lender,
    loan: AT.loan,
    vehicle: AT.vehicle,
    seq: SEQ,
    action: Action.Unlock,
    functionRevision: 0,
    required: 1,
    commandKeys: [key(0), key(0), key(0)],
    fee: 10_000n,
    bond: 0n,
    leaseSecs: 0,
    requestedAt: asked.now,
    expiresAt: asked.now + 3_000,
    lockUntil: 0,
    instalment: 0,
    isFinal: false,
    claimKeeper: key(0),
    claimLeaseEnd: 0,
    claimBond: 0n,
    lastLapsed: key(0),
    rentPayer: key(11),
  });
  node.call = { address: invocation, bytes: getBase64Decoder().decode(bytes) };
  const receipt = async (by: CryptoKeyPair, seq = SEQ) => {
    const addressed = [LATCHKEY_PROGRAM_ADDRESS, AT.vehicle, invocation].map((at) => getAddressEncoder().encode(at));
    const message = concat([
      new TextEncoder().encode('latchkey:receipt'),
      Uint8Array.of(1),
      ...addressed,
      getU64Encoder().encode(seq),
      Uint8Array.of(UNLOCK, 1),
      getI64Encoder().encode(BigInt(asked.now)),
      new Uint8Array(32).fill(9),
    ]);
    const signer = await getAddressFromPublicKey(by.publicKey);
    return getBase64Decoder().decode(seal(signer, await signBytes(by.privateKey, message), message));
  };
  const scene: Scene = { node, invocation, car, events: [], receipt };
  await page.route('https://function.example/**', async (route) => {
    expect(route.request().url(), 'the address that the loan pins, as it stands there').toBe(URI);
    scene.events.push(route.request().postDataJSON());
    await plays(route, scene, scene.events.length);
  });
  await page.goto(`/#/loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  return scene;
}

const press = (page: Page) => page.getByRole('button', { name: 'Have the car unlocked now' }).click();
const section = (page: Page) => page.locator('section[aria-labelledby=unlock]');

async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
}

test('the function delivers, the car signs, and the borrower brings the receipt', async ({ page }) => {
  let arrives = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrives = resolve;
  });
  const { node, events, invocation } = await open(page, async (route, scene, turn) => {
    if (turn === 1) return says(route, 202, {});
    await arrived;
    return says(route, 200, { receipt: await scene.receipt(scene.car) });
  });
  await expect(section(page)).toContainText('It moves no money.');
  await press(page);
  await expect(section(page)).toContainText('The car has not answered yet');
  await expectAccessible(page);
  arrives();
  const dialog = page.getByRole('dialog', { name: 'Bring the car’s receipt' });
  await expect(dialog).toContainText('The call’s fee of 0.00001 SOL is paid to you.');
  await expectAccessible(page);
  expect(node.sent, 'nothing is sent before it is signed').toEqual([]);
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog).toContainText('Confirmed.');

  // What the function was asked: signed by the wallet, for this call, by the chain's time; each try with its own id.
  const [first, second] = events;
  expect(first?.id).not.toBe(second?.id);
  expect(first?.data_base64).toBe(second?.data_base64);
  const request = new Uint8Array(getBase64Encoder().encode(first?.data_base64 ?? ''));
  const signer = address(first?.source ?? '');
  const message = request.slice(96);
  const at = Number(new DataView(message.buffer).getBigInt64(113, true));
  expect(message).toEqual(invokeMessage(invocation, signer, BigInt(at)));
  expect(Math.abs(at - asked.now)).toBeLessThan(120);
  const signature = request.slice(32, 96) as unknown as SignatureBytes;
  expect(await verifySignature(await getPublicKeyFromAddress(signer), signature, message)).toBe(true);

  // What the wallet signed: the proof, and right after it the call that compares it. The page's reader is paid.
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent[0] ?? ''));
  const sent = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (sent.version !== 'legacy') throw new Error('the page signs the oldest form');
  const programs = sent.instructions.map(({ programAddressIndex }) => sent.staticAccounts[programAddressIndex]);
  expect(programs).toEqual(['Ed25519SigVerify111111111111111111111111111', LATCHKEY_PROGRAM_ADDRESS]);
  const accounts = sent.instructions[1]?.accountIndices?.map((index) => sent.staticAccounts[index]) ?? [];
  expect([accounts[3], accounts[4], accounts[5]]).toEqual([invocation, signer, key(11)]);
});

const FAILURES: Record<string, { plays: Plays; says: string; tries: number }> = {
  'cannot be reached': { plays: (route) => route.abort(), says: 'The function could not be reached.', tries: 4 },
  'fails before the function': {
    plays: (route) => says(route, 502, '<html>Bad Gateway</html>'),
    says: 'The function cannot do it now: 502.',
    tries: 4,
  },
  'is too busy': { plays: (route) => says(route, 429, {}), says: 'The function cannot do it now: because.', tries: 4 },
  refuses: { plays: (route) => says(route, 409, {}), says: 'The function refused: because', tries: 1 },
  'answers with a page': { plays: (route) => says(route, 200, '<html>'), says: 'not this car’s receipt', tries: 1 },
  'answers with another car’s receipt': {
    plays: async (route, scene) => says(route, 200, { receipt: await scene.receipt(await generateKeyPair()) }),
    says: 'not this car’s receipt',
    tries: 1,
  },
  'answers with an older receipt': {
    plays: async (route, scene) => says(route, 200, { receipt: await scene.receipt(scene.car, 1n) }),
    says: 'not this car’s receipt',
    tries: 1,
  },
};

for (const [name, { plays, says, tries }] of Object.entries(FAILURES)) {
  test(`a function that ${name} is told so, and nothing is sent to the chain`, async ({ page }) => {
    const { node, events } = await open(page, plays);
    await press(page);
    await expect(section(page).getByRole('alert')).toContainText(says);
    expect(events).toHaveLength(tries);
    expect(node.sent).toEqual([]);
    await expectAccessible(page);
    await expect(page.getByRole('button', { name: 'Have the car unlocked now' })).toBeEnabled();
  });
}

test('whom the function does not deliver for gets the signed unlock to show', async ({ page }) => {
  await open(page, (route) => says(route, 200, { envelope: 'AQID', not_after: asked.now + 60 }));
  await press(page);
  await expect(section(page)).toContainText('for the borrower and the lender’s keepers only');
  await expect(page.getByRole('img', { name: 'The signed unlock as a QR code' })).toBeVisible();
});

test('a receipt that a keeper brought first is told so', async ({ page }) => {
  const { node } = await open(page, async (route, scene) => {
    scene.node.call = undefined;
    return says(route, 200, { receipt: await scene.receipt(scene.car) });
  });
  await press(page);
  await expect(section(page)).toContainText('its receipt is on the chain already');
  expect(node.sent).toEqual([]);
});

test('a call that the chain has settled meanwhile ends what is under way', async ({ page }) => {
  const { node } = await open(page, (route) => says(route, 202, {}, '9'));
  await press(page);
  await expect(section(page)).toContainText('The car has not answered yet');
  const { vehicle } = node.world;
  const open_ = { isOpen: false, action: Action.Warn, expiresAt: 0 };
  const lock = { isLocked: false, seq: 2n, since: 0, until: 0 };
  const asked_ = { seq: 0n, until: 0 };
  node.world = { ...node.world, vehicle: { ...vehicle, lastSeqProven: 2n, open: open_, lock, asked: asked_ } };
  node.slot += 1;
  await expect(page.getByRole('button', { name: 'Have the car unlocked now' })).toHaveCount(0);
  await expect(page.locator('#car')).toHaveText(/Your car starts/);
});

test('a wallet that signs transactions only is told what else there is', async ({ page }) => {
  await offerWallet(page, 'Plain', 'signs');
  await open(page, (route) => route.abort());
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('button', { name: 'Connect Plain' }).click();
  await expect(page.getByRole('button', { name: 'Have the car unlocked now' })).toBeDisabled();
  await expect(section(page)).toContainText('Plain cannot sign such a request.');
});
