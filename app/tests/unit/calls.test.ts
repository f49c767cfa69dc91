import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Call } from '../../src/rules/past';
import { callsCsv, chosen } from '../../src/screens/lender/calls/rows';
import { csv } from '../../src/screens/lender/csv';

const [{ answer }] = JSON.parse(readFileSync(new URL('../history/calls.json', import.meta.url), 'utf8'));
const calls = answer.calls as Call[];
const [lock, unlock] = calls as [Call, Call];
const none = new Map();
const any = { action: 'any', state: 'any', search: '' } as const;

test('calls are chosen by action, end and address', () => {
  expect(chosen(calls, none, any)).toHaveLength(2);
  expect(chosen(calls, none, { ...any, action: 'lock' })).toEqual([lock]);
  expect(chosen(calls, none, { ...any, action: 'warn' })).toEqual([]);
  expect(chosen(calls, none, { ...any, state: 'expired' })).toEqual([unlock]);
  expect(chosen(calls, none, { ...any, state: 'open' })).toEqual([]);
  expect(chosen([{ ...lock, end: null }], none, { ...any, state: 'open' })).toHaveLength(1);
  expect(chosen(calls, none, { ...any, search: lock.claims[0]?.keeper ?? '' })).toEqual([lock]);
  expect(chosen(calls, none, { ...any, search: lock.of?.loan ?? '' })).toHaveLength(2);
});

test('a receipt that does not hold is found by it', () => {
  const verdict = (verdict: 'verified' | 'false') => new Map([[lock.invocation, verdict]]);
  expect(chosen(calls, verdict('verified'), { ...any, state: 'doubtful' })).toEqual([]);
  expect(chosen(calls, verdict('false'), { ...any, state: 'doubtful' })).toEqual([lock]);
});

test('a file has one line a call, with the receipt’s verdict', () => {
  const lines = callsCsv(calls, new Map([[lock.invocation, 'verified']])).split('\n');
  expect(lines).toHaveLength(4);
  const cells = lines.slice(0, 3).map((line) => line.split(','));
  expect(new Set(cells.map(({ length }) => length)).size, 'as many columns as the head').toBe(1);
  expect(cells[1]).toContain('settled');
  expect(cells[1]?.at(-1)).toBe('verified');
  expect(cells[2]?.at(-1)).toBe('');
});

test('no cell is a formula, and none breaks its line', () => {
  expect(csv(['a'], [['=1+1'], ['+1'], ['-1'], ['@x'], ['\t='], [-1]])).toBe("a\n'=1+1\n'+1\n'-1\n'@x\n'\t=\n-1\n");
  expect(
    csv(
      ['a', 'b'],
      [
        ['x,y', 'say "no"'],
        ['two\nlines', null],
      ],
    ),
  ).toBe('a,b\n"x,y","say ""no"""\n"two\nlines",\n');
});
