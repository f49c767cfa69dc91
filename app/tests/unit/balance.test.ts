import { expect, test } from 'vitest';
import type { Line } from '../../src/rules/past';
import { balanceOf, steps } from '../../src/screens/history/balance';

const line = (time: number | null, owed: string | null): Line => ({
  kind: 'came_in',
  signature: '1',
  amount: '0',
  time,
  owed,
});

test('the balance changes where a payment says so, and stands until now', () => {
  const lines = [line(5, null), line(10, '100'), line(20, '100'), line(30, '60'), line(30, '50'), line(null, '40')];
  expect(balanceOf(lines, 99)).toEqual([
    { time: 10, owed: 100n },
    { time: 30, owed: 50n },
    { time: 99, owed: 50n },
  ]);
  expect(balanceOf([], 99)).toEqual([]);
});

test('the line falls in steps, at the moment of each change', () => {
  const points = [
    { time: 0, owed: 100n },
    { time: 50, owed: 25n },
    { time: 100, owed: 0n },
  ];
  expect(steps(points, 200, 80)).toBe('M0,0H100V60H200V80');
  expect(steps([{ time: 3, owed: 1n }], 200, 80), 'one moment is no line').toBe('');
  const large = 2n ** 63n;
  expect(
    steps(
      [
        { time: 0, owed: large },
        { time: 1, owed: large / 2n },
      ],
      10,
      10,
    ),
  ).toBe('M0,0H10V5');
});
