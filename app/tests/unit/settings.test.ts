// How settings are written and read, and which rule refuses them.
import { readFileSync } from 'node:fs';
import { getBase64Decoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { Action, getLenderEncoder } from '../../src/client';
import { Changes } from '../../src/rules/changes';
import { amounts, counts, rates, readBack, spans } from '../../src/screens/lender/settings/values';
import { SETTINGS_LANGUAGES } from '../../src/words/settings';
import { key, lender } from '../fixtures';

const changes = await Changes.load(readFileSync(new URL('../../public/changes.wasm', import.meta.url)));

test('a span is written in its largest whole unit and read back', () => {
  expect([864_000, 43_200, 5_400, 30, 90_000].map(spans.write)).toEqual(['10d', '12h', '90m', '30s', '25h']);
  for (const secs of [0, 1, 60, 3_600, 86_399, 86_400, 4_294_967_295]) expect(spans.read(spans.write(secs))).toBe(secs);
  expect([' 2 D ', '0', '10', '-1d', '1w', '1.5h', '49711d'].map(spans.read)).toEqual([
    172_800,
    0,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a value that nobody touched stays what it is to the unit', () => {
  const six = amounts(6);
  const odd = 12_345_678_901_234n;
  expect(six.read(six.write(odd))).not.toBe(odd);
  expect(readBack(six, odd, six.write(odd))).toBe(odd);
  expect(readBack(six, odd, '100')).toBe(100_000_000n);
  const most = 18_446_744_073_709_551_615n;
  expect(readBack(six, most, six.write(most))).toBe(most);
  expect(readBack(rates, 4_294_967_295, rates.write(4_294_967_295))).toBe(4_294_967_295);
  expect([counts.read('255'), counts.read('256'), counts.read('x')]).toEqual([255, undefined, undefined]);
});

test('the contract’s own rules refuse', () => {
  const account = getBase64Decoder().decode(getLenderEncoder().encode(lender));
  expect(changes.nominate(account, lender.authority)?.name).toBe('InvalidNominee');
  expect(changes.nominate(account, key(20))).toBeNull();
  const eight = Array.from({ length: 8 }, (_, at) => key(at + 1));
  expect([eight, [...eight, key(9)], [key(1), key(1)]].map((keys) => changes.keepers(keys)?.name)).toEqual([
    undefined,
    'InvalidKeepers',
    'InvalidKeepers',
  ]);
  const offer = {
    action: Action.Unlock,
    fee: 1n,
    bond: 0n,
    lease_secs: 30,
    ttl_secs: 3_600,
    required: 1,
    command_keys: [{ key: key(1), uri: '' }],
  };
  expect(changes.offer(offer)).toBeNull();
  expect(changes.offer({ ...offer, ttl_secs: 3_599 })?.name).toBe('InvalidFunctionTimes');
  expect(changes.offer({ ...offer, action: Action.Lock, ttl_secs: 3_599 })).toBeNull();
  expect(changes.offer({ ...offer, required: 2 })?.name).toBe('InvalidCommandKeys');
  expect(changes.offer({ ...offer, command_keys: [{ key: key(1), uri: 'http://x' }] })?.name).toBe('UriNotHttps');
  expect(changes.offer({ ...offer, fee: 10_000_000_001n })?.name).toBe('InvalidFunctionFee');
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
  expect(keysOf(SETTINGS_LANGUAGES.es)).toEqual(keysOf(SETTINGS_LANGUAGES.en));
});
