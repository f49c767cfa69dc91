// The rules as the page has them: the compiled module, asked under node.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RuleError, Rules } from '../../src/rules/rules';
import { bytesOf, DAY, DUE, STATES, type World, world } from '../fixtures';

const rules = await Rules.load(readFileSync(new URL('../../public/rules.wasm', import.meta.url)));

const look = (world: World) => rules.loan({ ...bytesOf(world), wallet: world.wallet, now: BigInt(world.now) });

describe('where a loan stands', () => {
  for (const [name, world] of Object.entries(STATES)) {
    test(name, () => {
      const expected = name === 'due_soon' ? 'current' : name === 'locked_and_cured' ? 'locked' : name;
      expect(look(world).standing).toBe(expected);
    });
  }
});

test('what is due next, and what happens if nobody pays', () => {
  const { outlook, quote } = look(world);
  expect(outlook.shortfall).toEqual({ instalment: 3, due: DUE, amount: '1100160000' });
  expect(outlook.late_fee_at).toBe(DUE + 5 * DAY);
  expect(outlook.warn_from).toBe(DUE + 5 * DAY);
  expect(outlook.default_at).toBe(DUE + 10 * DAY);
  // A notice may be served from the due date on, and must be ten days old.
  expect(outlook.earliest_lock).toBe(DUE + 10 * DAY);
  expect(quote.past_due).toBe('0');
});

test('a second decides whether a payment is past due', () => {
  expect(look({ ...world, now: DUE - 1 }).quote.past_due).toBe('0');
  expect(look({ ...world, now: DUE }).quote.past_due).toBe('1100160000');
});

test('a wallet that holds the instalment is never short of it', () => {
  const instalment = 1_100_160_000n;
  expect(look({ ...world, wallet: instalment, now: DUE }).quote.past_due).toBe('0');
  expect(look({ ...world, wallet: instalment - 1n, now: DUE }).quote.past_due).toBe('1');
});

test('a locked car that is cured may be unlocked, and one that is not names the rule', () => {
  expect(look(STATES.locked as World).unlock.refused?.name).toBe('UnlockNotDue');
  expect(look(STATES.locked_and_cured as World).unlock.refused).toBeNull();
});

test('many loans at once give the same sums as one by one', () => {
  const worlds = Object.values(STATES).map((each) => ({ ...each, now: world.now }));
  const rows = rules.portfolio(
    worlds.map((each) => ({ ...bytesOf(each), wallet: each.wallet })),
    BigInt(world.now),
  );
  for (const [index, each] of worlds.entries()) {
    expect(rows[index]).toMatchObject({ standing: look(each).standing, quote: look(each).quote });
  }
});

test('bytes that are no loan are named', () => {
  const call = () => rules.loan({ ...bytesOf(world), loan: 'AAAA', wallet: 0n, now: 0n });
  expect(call).toThrow(RuleError);
  expect(call).toThrow(/loan/);
});

test('an error of the program tells what to do', () => {
  expect(rules.refusal(6607)).toMatchObject({ name: 'UnlockNotDue' });
  expect(rules.refusal(6607).text).toContain('top up the car wallet');
});
