// The page's compiled rules give the answers that were recorded from the program's own accounts (`tests/svm/tests/it/page.rs`)
// and that the native rules, which the terminal uses, give too (`crates/rules-wasm/tests/answers.rs`).
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Rules } from '../../src/rules/rules';

interface Pair {
  question: { loan: string; vehicle: string; lender: string; wallet: string; now: number };
  answer: { answer: unknown };
  servicing: { answer: unknown };
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url));
const rules = await Rules.load(read('../../public/rules.wasm'));
const recorded = JSON.parse(read('../agreement.json').toString()) as Pair[];

test('there is something to agree on', () => expect(recorded.length).toBeGreaterThan(20));

test.each(recorded.map((pair, index) => [index, pair] as const))(
  'pair %i agrees to the unit',
  (_, { question, answer, servicing }) => {
    const { loan, vehicle, lender, wallet, now } = question;
    const asked = { loan, vehicle, lender, wallet: BigInt(wallet), now: BigInt(now) };
    expect(rules.loan(asked)).toEqual(answer.answer);
    expect(rules.servicing(asked)).toEqual(servicing.answer);
  },
);
