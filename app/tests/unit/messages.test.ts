import { readFileSync } from 'node:fs';
import {
  type Address,
  generateKeyPair,
  getAddressDecoder,
  getAddressEncoder,
  getAddressFromPublicKey,
  getBase16Encoder,
  getI64Encoder,
  getU64Encoder,
  signBytes,
} from '@solana/kit';
import { expect, test } from 'vitest';
import { type Awaited, concat, invokeMessage, openReceipt, proof, seal, UNLOCK } from '../../src/chain/messages';
import { LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { key } from '../fixtures';

/** The page of the protocol, which functions, cars and the program are held against too. */
const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** A block of bytes in it. */
function shown(name: string): Uint8Array {
  const block = page.split(`\`\`\`hex ${name}\n`)[1]?.split('```')[0] ?? '';
  return new Uint8Array(getBase16Encoder().encode(block.replace(/#.*$/gm, '').replace(/\s/g, '')));
}

const addressAt = (bytes: Uint8Array, at: number): Address => getAddressDecoder().decode(bytes, at);

test('a request is written as the protocol shows it', () => {
  const envelope = shown('invoke.envelope');
  expect(envelope.length).toBe(96 + 121);
  const message = envelope.slice(96);
  const asker = addressAt(envelope, 0);
  const written = invokeMessage(addressAt(message, 49), asker, 1_767_312_001n, addressAt(message, 17));
  expect(written).toEqual(message);
  expect(seal(asker, envelope.slice(32, 96), written)).toEqual(envelope);
});

test('a receipt is proven as the protocol shows it', () => {
  const { data } = proof(shown('receipts.applied.envelope'));
  expect(data).toEqual(shown('receipts.applied.instruction'));
});

test('messages number an unlock as the protocol does, which is not how accounts do', () => {
  expect(page).toContain(`\n| ${UNLOCK} | Unlock |`);
});

interface Said {
  program?: Address;
  vehicle?: Address;
  invocation?: Address;
  seq?: bigint;
  action?: number;
  outcome?: number;
  version?: number;
  tag?: string;
}

/** What a car signs, with something changed before. */
async function signed(keys: CryptoKeyPair, said: Said = {}): Promise<Uint8Array<ArrayBuffer>> {
  const address = (address: Address) => getAddressEncoder().encode(address);
  const message = concat([
    new TextEncoder().encode((said.tag ?? 'latchkey:receipt').padEnd(16, '\0')),
    Uint8Array.of(said.version ?? 1),
    address(said.program ?? LATCHKEY_PROGRAM_ADDRESS),
    address(said.vehicle ?? key(3)),
    address(said.invocation ?? key(7)),
    getU64Encoder().encode(said.seq ?? 4n),
    Uint8Array.of(said.action ?? UNLOCK, said.outcome ?? 1),
    getI64Encoder().encode(1_000n),
    new Uint8Array(32).fill(9),
  ]);
  const signature = await signBytes(keys.privateKey, message);
  return seal(await getAddressFromPublicKey(keys.publicKey), signature, message);
}

test('only this car’s receipt for this unlock is one', async () => {
  const car = await generateKeyPair();
  const awaited: Awaited = {
    deviceKey: await getAddressFromPublicKey(car.publicKey),
    vehicle: key(3),
    invocation: key(7),
    seq: 4n,
  };
  const good = await signed(car);
  expect(await openReceipt(good, awaited)).toEqual({
    invocation: key(7),
    deviceTime: 1_000n,
    commandHash: new Uint8Array(32).fill(9),
    envelope: good,
  });

  const wrong: Said[] = [
    { program: key(1) },
    { vehicle: key(1) },
    { invocation: key(1) },
    { seq: 3n },
    { action: 2 },
    { action: 1 },
    { outcome: 0 },
    { outcome: 2 },
    { version: 2 },
    { tag: 'latchkey:command' },
  ];
  for (const said of wrong) {
    expect(await openReceipt(await signed(car, said), awaited), JSON.stringify(said, String)).toBeUndefined();
  }
  expect(await openReceipt(await signed(await generateKeyPair()), awaited), 'another car').toBeUndefined();
  for (const at of [0, 40, 100, good.length - 1]) {
    const torn = good.slice();
    torn[at] = (torn[at] ?? 0) ^ 1;
    expect(await openReceipt(torn, awaited), `byte ${at}`).toBeUndefined();
  }
  expect(await openReceipt(good.slice(0, -1), awaited)).toBeUndefined();
  expect(await openReceipt(concat([good, Uint8Array.of(0)]), awaited)).toBeUndefined();
  expect(await openReceipt(new Uint8Array(0), awaited)).toBeUndefined();
});
