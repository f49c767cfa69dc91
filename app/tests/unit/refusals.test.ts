// The program's errors in each language.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as client from '../../src/client';
import { Rules } from '../../src/rules/rules';
import { LANGUAGES } from '../../src/words';
import { RULES_ES } from '../../src/words/rules.es';

const rules = await Rules.load(readFileSync(new URL('../../public/rules.wasm', import.meta.url)));
const refusals = Object.entries(client)
  .filter(([name]) => name.startsWith('LATCHKEY_ERROR__'))
  .map(([, code]) => rules.refusal(code as number));

test('Spanish has every error of the program, and no other', () => {
  expect(refusals.length).toBeGreaterThan(100);
  expect(Object.keys(RULES_ES).sort()).toEqual(refusals.map(({ name }) => name).sort());
});

test('English is the program’s own table', () => {
  for (const refused of refusals) expect(LANGUAGES.en.failed.rule(refused)).toBe(refused.text);
});

test('an error that the table does not know keeps its text', () => {
  expect(LANGUAGES.es.failed.rule({ code: 1, name: '', text: 'error 1' })).toBe('error 1');
});
