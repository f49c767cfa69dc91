// What a lender may do, as the compiled rules say it, and what the forms make of what is written.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Rules } from '../../src/rules/rules';
import { roleOf } from '../../src/screens/lender/loan/deal';
import { parseRate } from '../../src/screens/lender/loan/EaseAct';
import { LENDER_LANGUAGES } from '../../src/words/lender';
import { parseSol } from '../../src/words/money';
import { dayOf, endOfDay } from '../../src/words/time';
import { bytesOf, DAY, DUE, key, STATES, type World, world } from '../fixtures';

const rules = await Rules.load(readFileSync(new URL('../../public/rules.wasm', import.meta.url)));
const look = (world: World) => rules.servicing({ ...bytesOf(world), wallet: world.wallet, now: BigInt(world.now) });

test('a rule decides what can be done', () => {
  const current = look(world).refused;
  expect(current.charge_off?.name).toBe('TooEarlyToChargeOff');
  expect(current.lift_hold?.name).toBe('NotOnHold');
  expect(current.settle).toBeNull();
  expect(look({ ...world, now: DUE + 120 * DAY - 1 }).refused.charge_off).not.toBeNull();
  expect(look({ ...world, now: DUE + 120 * DAY }).refused.charge_off).toBeNull();
  expect(look(STATES.on_hold as World).refused.lift_hold).toBeNull();
  expect(look(STATES.paid_off as World).refused).toMatchObject({ close: null, settle: { name: 'LoanPaidOff' } });
});

test('a notice counts from the due date on, and allows a lock when it and the final one have matured', () => {
  expect(look(world).notices).toMatchObject({ since: null, matures_at: null });
  const warned = look(STATES.warned as World).notices;
  expect(warned).toMatchObject({ since: DUE, is_complete: true, is_final_next: true, matures_at: null });
  expect(warned.channels).toEqual([true, false, false, false, false, false]);
  const complete = look(STATES.defaulted as World);
  // The notice is ten days old on day 11 after the due date; the final one of day 12 lies ahead of this moment.
  expect(look({ ...(STATES.defaulted as World), now: DUE + 15 * DAY }).notices.matures_at).toBe(DUE + 14 * DAY);
  expect(complete.refused.lock).not.toBeNull();
});

test('who signs what', () => {
  const lender = { authority: key(1), servicer: key(2) };
  expect([key(1), key(2), key(3), undefined].map((wallet) => roleOf(wallet, lender))).toEqual([
    'authority',
    'servicer',
    undefined,
    undefined,
  ]);
});

test('what is written is read exactly or not at all', () => {
  expect(['0.05', '1', '0,000000001', '1,000,000', '', '1e3', '0.0000000001'].map(parseSol)).toEqual([
    50_000_000n,
    1_000_000_000n,
    1n,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(['18', '12.5', '12,5', '0.0001', '1000', '-1', ''].map(parseRate)).toEqual([
    180_000,
    125_000,
    125_000,
    1,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a chosen day ends where the contract counts', () => {
  expect(endOfDay('2026-12-05', -5 * 3_600)).toBe(Date.parse('2026-12-05T23:59:59-05:00') / 1_000);
  expect(endOfDay('5.12.2026', 0)).toBeUndefined();
  expect(dayOf(Date.parse('2026-12-06T03:00:00Z') / 1_000, -5 * 3_600)).toBe('2026-12-05');
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
  expect(keysOf(LENDER_LANGUAGES.es)).toEqual(keysOf(LENDER_LANGUAGES.en));
});
