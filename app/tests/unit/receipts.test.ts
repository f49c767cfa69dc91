import { readFileSync } from 'node:fs';
import { type Address, getBase64Encoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { provenIn } from '../../src/chain/messages';
import { verdictOn } from '../../src/chain/receipts';
import type { Call } from '../../src/rules/past';
import { key } from '../fixtures';

/** A lock that the program settled, and the transaction in which it did: `tests/svm/tests/it/history.rs` recorded both. */
const [{ answer, receipts }] = JSON.parse(readFileSync(new URL('../history/calls.json', import.meta.url), 'utf8'));
const [lock, unlock] = answer.calls as [Call, Call];
const [{ transaction, device_key: device }] = receipts as [{ transaction: string; device_key: Address }];
const bytes = new Uint8Array(getBase64Encoder().encode(transaction));
const keys = { current: device, earlier: [] };

test('the receipt that the program settled on is verified with the car’s key', async () => {
  expect(provenIn(bytes)).toHaveLength(1);
  expect(await verdictOn(lock, bytes, keys)).toBe('verified');
});

test('a receipt by a key that the car had before is verified, and one by an unknown key is not', async () => {
  expect(await verdictOn(lock, bytes, { current: key(1), earlier: [key(2), device] })).toBe('earlier_key');
  expect(await verdictOn(lock, bytes, { current: key(1), earlier: [key(2)] })).toBe('unknown_key');
});

test('whatever of a call differs from what the car signed makes its receipt false', async () => {
  const { of, end } = lock;
  if (!of || end?.kind !== 'settled') throw new Error('the lock is settled');
  const wrong: Call[] = [
    { ...lock, invocation: key(7) },
    { ...lock, of: { ...of, vehicle: key(7) } },
    { ...lock, of: { ...of, vehicle: null } },
    { ...lock, of: { ...of, seq: '2' } },
    { ...lock, of: { ...of, action: 'unlock' } },
    { ...lock, end: { ...end, device_time: end.device_time + 1 } },
    { ...lock, end: { ...end, command_hash: '00'.repeat(32) } },
    unlock,
  ];
  for (const call of wrong) expect(await verdictOn(call, bytes, keys), JSON.stringify(call)).toBe('false');
});

test('a transaction with one wrong byte in the proof has no receipt', async () => {
  const proven = provenIn(bytes)[0] ?? new Uint8Array();
  const text = Buffer.from(bytes);
  const start = text.indexOf(Buffer.from(proven));
  expect(start).toBeGreaterThan(0);
  // The count of signatures, an offset, the key, the signature, the message.
  for (const at of [start - 16, start - 12, start, start + 40, start + 96 + 20, start + proven.length - 1]) {
    const torn = bytes.slice();
    torn[at] = (torn[at] ?? 0) ^ 1;
    expect(await verdictOn(lock, torn, keys).catch(() => 'false'), `byte ${at}`).toBe('false');
  }
});
