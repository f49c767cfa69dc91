// The page shows the cost of a loan as the terminal does, to the cent: what was recorded of both by
// `crates/cli/tests/it/page.rs`, the page with its compiled rules and its own way of writing amounts.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Changes } from '../../src/rules/changes';
import { cents, hundredths } from '../../src/words/money';

interface Told {
  annual_percentage_rate: string;
  finance_charge: string;
  amount_financed: string;
  total_of_payments: string;
  payments: { payment: string; interest: string; principal: string; balance: string; due: string }[];
}

interface Pair {
  question: {
    terms: string;
    lender: string;
    vehicle: string;
    fees: [string, string, string];
    unlock_uri: string;
    decimals: number;
    now: number;
  };
  terminal: Told;
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url));
const changes = await Changes.load(read('../../public/changes.wasm'));
const recorded = JSON.parse(read('../cost.json').toString()) as Pair[];

/** As the terminal writes an amount: without marks between thousands. */
const bare = (text: string) => text.replaceAll(',', '');

test('there is something to agree on', () => expect(recorded.length).toBeGreaterThan(5));

test.each(recorded.map((pair, index) => [index, pair] as const))(
  'loan %i costs the same on page and terminal',
  (_, { question, terminal }) => {
    const { fees, now, decimals, ...given } = question;
    const [warn, lock, unlock] = fees.map(BigInt) as [bigint, bigint, bigint];
    const asked = { ...given, decimals, fees: [warn, lock, unlock] as const, escrow: undefined, now: BigInt(now) };
    const said = changes.origination(asked);
    const { cost } = said;
    if (!cost) throw new Error('the terms are refused');
    const shown = (amount: string) => bare(cents(amount, decimals, 'en-US'));
    if (cost.apr_hundredths !== null) {
      expect(`${hundredths(cost.apr_hundredths, 'en-US')}%`).toBe(terminal.annual_percentage_rate);
    }
    expect(shown(cost.finance_charge)).toBe(terminal.finance_charge);
    expect(shown(cost.amount_financed)).toBe(terminal.amount_financed);
    expect(shown(cost.total_of_payments)).toBe(terminal.total_of_payments);
    expect(cost.payments).toHaveLength(terminal.payments.length);
    for (const [index, row] of cost.payments.entries()) {
      const told = terminal.payments[index];
      expect(row.due * 1_000).toBe(Date.parse(told?.due ?? ''));
      for (const column of ['payment', 'interest', 'principal', 'balance'] as const) {
        expect(shown(row[column])).toBe(told?.[column]);
      }
    }
  },
);
