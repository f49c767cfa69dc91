// The car's receipt of a hand-over, against the vectors that cars and the program are held to; and another key's rules.
import { readFileSync } from 'node:fs';
import { type Address, getAddressDecoder, getBase64Decoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { faultOf, fromHex, readHandedOver } from '../../src/chain/handOver';
import { Changes } from '../../src/rules/changes';
import { KEY_LANGUAGES } from '../../src/words/keys';
import { SALE_LANGUAGES } from '../../src/words/sale';
import { SIGN_LANGUAGES } from '../../src/words/sign';
import { bytesOf, DAY, key, NOW, type World, world } from '../fixtures';

const read = (path: string) => readFileSync(new URL(path, import.meta.url));
const vectors = JSON.parse(read('../../../crates/protocol/vectors/v1.json').toString());
const bytes = (hex: string) => fromHex(hex) as Uint8Array<ArrayBuffer>;
const address = (hex: string): Address => getAddressDecoder().decode(bytes(hex));
const program = address(vectors.program);
const signed = vectors.hand_over_receipts.sale;
const keyring = getBase64Decoder().decode(bytes(vectors.hand_overs.sale.keyring.bytes));
const receipt = readHandedOver(bytes(signed.envelope), program);

test('a receipt reads as the protocol writes it', () => {
  expect(receipt).toMatchObject({
    vehicle: address(vectors.vehicle),
    lender: address(signed.lender),
    deviceTime: Number(signed.device_time),
  });
  expect(receipt?.nonce).toEqual(bytes(signed.nonce));
  expect(receipt?.keyringHash).toEqual(bytes(signed.keyring_hash));
});

test('what is no receipt for this program is not read as one', () => {
  expect(readHandedOver(bytes(signed.envelope))).toBeUndefined();
  expect(readHandedOver(bytes(signed.envelope.slice(2)), program)).toBeUndefined();
  expect(readHandedOver(bytes(vectors.receipts.applied.envelope), program)).toBeUndefined();
  for (const wrong of ['', 'f', 'zz', '0x00']) expect(fromHex(wrong)).toBeUndefined();
  expect(fromHex(' 0A\nff ')).toEqual(Uint8Array.of(10, 255));
});

test('a receipt proves the buyer’s keys, or says what it proves instead', async () => {
  if (!receipt) throw new Error('the vector is no receipt');
  const right = { vehicle: receipt.vehicle, deviceKey: receipt.signer, buyer: receipt.lender, keyring };
  expect(await faultOf(receipt, right)).toBeUndefined();
  expect(await faultOf(receipt, { ...right, vehicle: key(1) })).toBe('other_car');
  expect(await faultOf(receipt, { ...right, deviceKey: key(1) })).toBe('other_car');
  expect(await faultOf(receipt, { ...right, buyer: key(1) })).toBe('other_lender');
  const other = getBase64Decoder().decode(bytes(vectors.hand_overs.sale.keyring.bytes).fill(1, 40, 41));
  expect(await faultOf(receipt, { ...right, keyring: other })).toBe('other_keys');
  const forged = receipt.envelope.slice();
  forged[280] = (forged[280] ?? 0) ^ 1;
  expect(await faultOf({ ...receipt, envelope: forged }, right)).toBe('unsigned');
});

const changes = await Changes.load(read('../../public/changes.wasm'));
const asked = (loan: Partial<World['loan']>, now = NOW, next = key(20)) =>
  changes.borrowerKey(bytesOf({ ...world, loan: { ...world.loan, ...loan } }).loan, next, now);

test('another key of the borrower has the contract’s times', () => {
  expect(asked({})).toMatchObject({ rotate: null, propose: null, proposed: null, wait: 14 * DAY, bar: 90 * DAY });
  expect(asked({}, NOW, world.loan.borrower).rotate?.name).toBe('SameBorrowerKey');
  const proposed = { recoveryKey: key(20), recoveryFrom: NOW };
  expect(asked(proposed, NOW - 1).complete?.name).toBe('RecoveryTooEarly');
  expect(asked(proposed).complete).toBeNull();
  expect(asked(proposed).proposed).toEqual({ key: key(20), from: NOW });
  expect(asked({ recoveredUntil: NOW + 1 }).rotate?.name).toBe('RecoveredKey');
  expect(asked({ recoveredUntil: NOW }).rotate).toBeNull();
});

/** All keys of a catalogue, with the kind of what they hold. */
function keysOf(words: object, path = ''): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? keysOf(value, `${path}${name}.`)
      : [`${path}${name}: ${typeof value}`],
  );
}

test.each([KEY_LANGUAGES, SALE_LANGUAGES, SIGN_LANGUAGES])('both languages have the same keys', ({ en, es }) => {
  expect(keysOf(es)).toEqual(keysOf(en));
});
