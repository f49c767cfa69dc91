import { getBase64Encoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { partiesOf } from '../../src/chain/find';
import { csvOf } from '../../src/screens/lender/csv';
import { bars, healthOf } from '../../src/screens/lender/health';
import { bucketOf, type Figures, type Filter, type Row, select } from '../../src/screens/lender/rows';
import { AT, bytesOf, key, world } from '../fixtures';

const figures = (days: number, pastDue = days > 0 ? 5n : 0n): Figures => ({
  standing: pastDue > 0n ? 'past_due' : 'current',
  pastDue,
  days,
  owed: BigInt(1_000 + days),
  nextDue: null,
});
const row = (number: number, days: number): Row => ({
  address: key(number),
  borrower: key(100),
  figures: figures(days),
});
const any: Filter = { search: '', standing: undefined, bucket: 'any', sort: 'days', isUp: false };

test('buckets begin on their day', () => {
  const at = (days: number) => bucketOf(figures(days));
  expect([0, 1, 29, 30, 59, 60, 89, 90, 119, 120].map(at)).toEqual([
    'current',
    'd1',
    'd1',
    'd30',
    'd30',
    'd60',
    'd60',
    'd90',
    'd90',
    'd120',
  ]);
});

test('a loan that is past due by hours is not among those that are current', () => {
  expect(bucketOf(figures(0, 1n))).toBe('d1');
});

test('rows are sorted either way, and loans that cannot be computed come first', () => {
  const unknown: Row = { address: key(9), borrower: key(100), figures: undefined };
  const rows = [row(1, 3), row(2, 40), unknown, row(3, 0)];
  expect(select(rows, any).map(({ address }) => address)).toEqual([key(9), key(2), key(1), key(3)]);
  expect(select(rows, { ...any, isUp: true }).map(({ address }) => address)).toEqual([key(9), key(3), key(1), key(2)]);
});

test('filters let through what they name', () => {
  const rows = [row(1, 3), row(2, 40), row(3, 0)];
  expect(select(rows, { ...any, bucket: 'd30' })).toHaveLength(1);
  expect(select(rows, { ...any, standing: 'current' })).toHaveLength(1);
  expect(select(rows, { ...any, search: key(2).slice(3, 12) })).toHaveLength(1);
});

test('a file has every unit, and no number that a spreadsheet rounds', () => {
  const lines = csvOf([row(1, 3)], 6).split('\n');
  expect(lines[1]).toBe(`${key(1)},${key(100)},past_due,0.000005,3,0.001003,`);
});

test('the parties of a loan stand where the generated client puts them', () => {
  const bytes = getBase64Encoder().encode(bytesOf(world).loan);
  expect(partiesOf(bytes)).toEqual({ borrower: AT.borrower, vehicle: AT.vehicle, wallet: AT.wallet });
});

test('every loan is in one group of the health, and those that cannot be computed in none', () => {
  const unknown: Row = { address: key(9), borrower: key(100), figures: undefined };
  const health = healthOf([row(1, 3), row(2, 40), row(3, 59), row(4, 0), unknown]);
  expect(health.map(({ group, loans }) => [group, loans])).toEqual([
    ['current', 1],
    ['d1', 1],
    ['d30', 2],
    ['d60', 0],
    ['d90', 0],
    ['d120', 0],
  ]);
  expect(health[2]).toMatchObject({ pastDue: 10n, owed: 2_099n });
});

test('a bar shows the smallest group, and none where nothing is', () => {
  expect(bars([3_000, 1, 0], 200)).toEqual([200, 1, 0]);
  expect(bars([0, 0], 200)).toEqual([0, 0]);
});
