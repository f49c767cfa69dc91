// How settings are written and read: a value that nobody touched stays what it is to the unit.
import { money, parseMoney, parseSol, sol } from '../../../words/money';
import { span } from '../../../words/time';
import { parseRate } from '../loan/EaseAct';

/** How one kind of value is shown in a field, read from it, and said in a sentence. */
export interface Kind<Value> {
  write(value: Value): string;
  read(text: string): Value | undefined;
  say(value: Value, locale: string): string;
}

const UNITS: [string, number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

/** Seconds as `10d`, `12h`, `90m` or `30s`. */
export const spans: Kind<number> = {
  write(secs) {
    const [unit, length] = UNITS.find(([, length]) => secs % length === 0) ?? ['s', 1];
    return `${secs / length}${unit}`;
  },
  read(text) {
    const match = /^\s*(\d{1,10})\s*([dhms])\s*$/i.exec(text);
    const length = UNITS.find(([unit]) => unit === match?.[2]?.toLowerCase())?.[1];
    const secs = match && length ? Number(match[1]) * length : /^\s*0\s*$/.test(text) ? 0 : undefined;
    return secs !== undefined && secs < 2 ** 32 ? secs : undefined;
  },
  say: (secs, locale) => span(secs, locale),
};

export const counts: Kind<number> = {
  write: String,
  read: (text) => (/^\s*\d{1,3}\s*$/.test(text) && Number(text) < 256 ? Number(text) : undefined),
  say: String,
};

export const rates: Kind<number> = {
  write: (ppm) => String(ppm / 10_000),
  read: parseRate,
  say: (ppm, locale) => `${(ppm / 10_000).toLocaleString(locale, { maximumFractionDigits: 4 })} %`,
};

export const lamports: Kind<bigint> = { write: sol, read: parseSol, say: (value) => `${sol(value)} SOL` };

export const amounts = (decimals: number): Kind<bigint> => ({
  write: (units) => money(units, decimals, 'en-US').replaceAll(',', ''),
  read: (text) => parseMoney(text, decimals),
  say: (units, locale) => money(units, decimals, locale),
});

/** The value of a field: what it was if the text was not touched, none if it cannot be read. */
export function readBack<Value>(kind: Kind<Value>, before: Value, text: string): Value | undefined {
  return text === kind.write(before) ? before : kind.read(text);
}
