import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Sent } from '../../src/rules/past';
import { receivedCsv, WEEKS, weeksOf } from '../../src/screens/lender/received/weeks';

const DAY = 86_400;
/** Noon of a day in the zone of the test's machine. */
const noon = (day: number) => new Date(2026, 10, day, 12).getTime() / 1_000;
const sent = (time: number | null, amount: string): Sent => ({
  signature: 'S',
  time,
  loan: 'L',
  amount,
  taken: { fees: '0', interest: '25', principal: '75' },
});

test('payments are counted in the week that begins on a Monday', () => {
  // 2 and 16 November 2026 are Mondays.
  const weeks = weeksOf(
    [sent(noon(8), '100'), sent(noon(2), '50'), sent(noon(17), '7'), sent(null, '9')],
    noon(18),
    true,
  );
  expect(weeks.map(({ payments, amount }) => [payments, amount])).toEqual([
    [2, 150n],
    [0, 0n],
    [1, 7n],
  ]);
  expect(weeks.map(({ from }) => new Date(from * 1_000).getDay())).toEqual([1, 1, 1]);
  expect(weeks.some(({ isPartly }) => isPartly)).toBe(false);
});

test('the first week of a history that was not read to its end is said to be cut', () => {
  expect(weeksOf([sent(noon(8), '1')], noon(18), false).map(({ isPartly }) => isPartly)).toEqual([true, false, false]);
});

test('only the latest weeks are shown', () => {
  const weeks = weeksOf([sent(noon(1) - 400 * DAY, '1'), sent(noon(18), '2')], noon(18), true);
  expect(weeks).toHaveLength(WEEKS);
  expect(weeks.at(-1)).toMatchObject({ payments: 1, amount: 2n });
});

test('a file holds each payment that the program sent, with all its units', () => {
  const [{ answer }] = JSON.parse(readFileSync(new URL('../history/sent.json', import.meta.url), 'utf8'));
  const lines = receivedCsv(answer, 2).trim().split('\n');
  expect(lines).toHaveLength(1 + answer.length);
  expect(lines[1]).toContain(`,${answer[0].loan},6.17,`);
});
