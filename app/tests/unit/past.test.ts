import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { Past } from '../../src/rules/past';

/** Questions on logs of the program's own transactions, with the answers: `tests/svm/tests/it/history.rs` wrote them. */
const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`../history/${name}.json`, import.meta.url), 'utf8'));

let past: Past;
beforeAll(async () => {
  past = await Past.load(readFileSync(new URL('../../public/past.wasm', import.meta.url)));
});

test('the page reads in the program’s logs what the native rules read', () => {
  for (const name of ['payments', 'cut']) {
    for (const { question, answer } of recorded(name)) {
      const { transactions, wallet, ask, ...loan } = question;
      expect(past.payments({ ...loan, wallet: BigInt(wallet) }, transactions)).toEqual(answer);
    }
  }
  for (const { question, answer } of recorded('calls')) expect(past.calls(question.transactions)).toEqual(answer);
  for (const { question, answer } of recorded('sent')) {
    expect(past.sent(question.treasury, question.transactions)).toEqual(answer);
  }
});
