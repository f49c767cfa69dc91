// A device's enrolment, against the vectors that cars and the program are held to.
import { readFileSync } from 'node:fs';
import { type Address, getAddressDecoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { readEnrolment } from '../../src/chain/enrolment';
import { fromHex } from '../../src/chain/handOver';
import { CAR_LANGUAGES } from '../../src/words/cars';

const vectors = JSON.parse(
  readFileSync(new URL('../../../crates/protocol/vectors/v1.json', import.meta.url)).toString(),
);
const bytes = (hex: string) => fromHex(hex) as Uint8Array<ArrayBuffer>;
const address = (hex: string): Address => getAddressDecoder().decode(bytes(hex));
const program = address(vectors.program);
const { envelope } = vectors.enrolment;

test('an enrolment reads as the protocol writes it', async () => {
  const read = await readEnrolment(bytes(envelope), program);
  expect(read?.lender).toBe(address(vectors.lender));
  expect(read?.vinCommitment).toEqual(bytes(vectors.vin_commitment));
  expect(read?.deviceKey).toBe(address(envelope.slice(0, 64)));
});

test('what a device did not sign for this program is no enrolment', async () => {
  expect(await readEnrolment(bytes(envelope))).toBeUndefined();
  expect(await readEnrolment(bytes(envelope.slice(2)), program)).toBeUndefined();
  expect(await readEnrolment(bytes(vectors.receipts.applied.envelope), program)).toBeUndefined();
  const forged = bytes(envelope);
  forged[200] = (forged[200] ?? 0) ^ 1;
  expect(await readEnrolment(forged, program)).toBeUndefined();
});

/** All keys of a catalogue, with the kind of what they hold. */
function keysOf(words: object, path = ''): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? keysOf(value, `${path}${name}.`)
      : [`${path}${name}: ${typeof value}`],
  );
}

test('both languages have the same keys', () => {
  expect(keysOf(CAR_LANGUAGES.es)).toEqual(keysOf(CAR_LANGUAGES.en));
});
