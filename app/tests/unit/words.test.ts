import { describe, expect, test } from 'vitest';
import { LANGUAGES, preferredLanguage } from '../../src/words';
import { money, parseMoney, upToCent } from '../../src/words/money';
import { moment, offsetName, span } from '../../src/words/time';

describe('amounts', () => {
  test('are grouped in the way of the reader', () => {
    expect(money(1_124_200_000n, 6, 'en-US')).toBe('1,124.20');
    expect(money(12_345_678_900_000n, 6, 'de')).toBe('12.345.678,90');
    expect(money(7n, 0, 'en-US')).toBe('7');
    expect(money(5n, 1, 'en-US')).toBe('0.5');
  });
  test('are rounded to the nearest cent, and what is to be paid up to it', () => {
    expect(money(4_999n, 6, 'en-US')).toBe('0.00');
    expect(money(5_000n, 6, 'en-US')).toBe('0.01');
    expect([9_999n, 10_000n, 10_001n].map((units) => upToCent(units, 6))).toEqual([10_000n, 10_000n, 20_000n]);
    expect(upToCent(3n, 2)).toBe(3n);
  });
  test('keep every unit of amounts beyond 53 bits', () => {
    expect(money(9_007_199_254_740_993_00n, 2, 'en-US')).toBe('9,007,199,254,740,993.00');
  });
  test('that people type are read, and what could mean two things is not', () => {
    expect(parseMoney('120', 6)).toBe(120_000_000n);
    expect(parseMoney(' 120,5 ', 6)).toBe(120_500_000n);
    expect(parseMoney('120.50', 2)).toBe(12_050n);
    for (const wrong of ['', '1,124', '1.124', '1,124.20', '-3', '1e3', '12.345', 'ten']) {
      expect(parseMoney(wrong, 6), wrong).toBeUndefined();
    }
    expect(parseMoney('1.5', 0)).toBeUndefined();
  });
});

describe('moments', () => {
  const due = Date.UTC(2027, 2, 1, 4, 59, 59) / 1000;
  test('are told in the zone of the reader, with the contract’s where that differs', () => {
    const told = moment(due, -5 * 3_600, 'en-US', 'Europe/Berlin');
    expect(told.reader).toContain('Mon, Mar 1, 2027');
    expect(told.contract).toContain('Sun, Feb 28, 2027');
    expect(told.contract).toContain('UTC−5');
  });
  test('are told once where both zones agree', () => {
    expect(moment(due, -5 * 3_600, 'en-US', 'America/New_York').contract).toBeUndefined();
  });
  test('name offsets of half an hour', () => {
    expect([0, -18_000, 19_800].map(offsetName)).toEqual(['UTC', 'UTC−5', 'UTC+5:30']);
  });
  test('are counted down in the two largest units', () => {
    expect(span(4 * 86_400 + 16 * 3_600 + 59, 'en-US')).toBe('4 days 16 hours');
    expect(span(3_600, 'en-US')).toBe('1 hour');
    expect(span(61, 'en-US')).toBe('1 minute 1 second');
    expect(span(-5, 'en-US')).toBe('0 seconds');
  });
});

describe('languages', () => {
  test('are chosen by the reader’s list', () => {
    expect(preferredLanguage(['fr-FR', 'es-MX', 'en'])).toBe('es');
    expect(preferredLanguage(['fr'])).toBe('en');
  });
  test('leave no sentence empty', () => {
    const leaves = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
    for (const words of Object.values(LANGUAGES)) {
      for (const leaf of leaves(words)) expect(leaf === '').toBe(false);
    }
  });
});
