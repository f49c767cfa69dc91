// Amounts of base units as people write them.
import { numberForm } from './formats';

const CENTS = 2;

/** Base units up to the next whole cent: what a person is asked to pay. */
export function upToCent(units: bigint, decimals: number): bigint {
  if (decimals <= CENTS) return units;
  const cent = 10n ** BigInt(decimals - CENTS);
  return ((units + cent - 1n) / cent) * cent;
}

/** An amount in the reader's way of writing, rounded to cents. */
export function money(units: bigint, decimals: number, locale: string): string {
  const shown = Math.min(decimals, CENTS);
  const drop = 10n ** BigInt(decimals - shown);
  const rounded = (units + drop / 2n) / drop;
  const whole = rounded / 10n ** BigInt(shown);
  const part = rounded % 10n ** BigInt(shown);
  const grouped = numberForm(locale).format(whole);
  if (decimals === 0) return grouped;
  const point =
    numberForm(locale)
      .formatToParts(1.5)
      .find((part) => part.type === 'decimal')?.value ?? '.';
  return `${grouped}${point}${part.toString().padStart(shown, '0')}`;
}

/**
 * Base units of an amount that a person typed, in whole cents. Nothing if it is no such amount: `1,124` may mean a thousand or
 * one, so three digits behind a mark are refused and not guessed.
 */
export function parseMoney(text: string, decimals: number): bigint | undefined {
  const match = /^\s*(\d{1,15})(?:[.,](\d+))?\s*$/.exec(text);
  if (!match) return undefined;
  const [, whole = '0', part = ''] = match;
  if (part.length > Math.min(decimals, CENTS)) return undefined;
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(part.padEnd(decimals, '0') || '0');
}

/** Lamports as SOL, without trailing zeros. */
export function sol(lamports: bigint): string {
  const text = lamports.toString().padStart(10, '0');
  return `${text.slice(0, -9)}.${text.slice(-9)}`.replace(/\.?0+$/, '');
}

/** Lamports of an amount of SOL that a person typed. A mark always stands before decimals: nobody pays thousands here. */
export function parseSol(text: string): bigint | undefined {
  const match = /^\s*(\d{1,6})(?:[.,](\d{1,9}))?\s*$/.exec(text);
  if (!match) return undefined;
  const [, whole = '0', part = ''] = match;
  return BigInt(whole) * 1_000_000_000n + BigInt(part.padEnd(9, '0'));
}

/** Cents as the rules count them: of a mint without cents, its smallest units. */
export function cents(amount: bigint | string, decimals: number, locale: string): string {
  return money(BigInt(amount), Math.min(decimals, CENTS), locale);
}

/** Hundredths of a percent as a rate. */
export function hundredths(rate: bigint | string, locale: string): string {
  return money(BigInt(rate), 2, locale);
}
