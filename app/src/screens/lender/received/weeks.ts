// What reached the lender, by the week in the reader's zone; and as a file.
import type { Sent } from '../../../rules/past';
import { csv, exact } from '../csv';

/** Weeks that are shown at most. */
export const WEEKS = 26;

export interface Week {
  /** Its Monday, Unix seconds. */
  from: number;
  payments: number;
  amount: bigint;
  /** Older payments of it were not read. */
  isPartly: boolean;
}

const mondayOf = (unix: number) => {
  const day = new Date(unix * 1_000);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - ((day.getDay() + 6) % 7));
};

/** The latest weeks up to now, the oldest first, also those without payments. The first is cut unless all was read. */
export function weeksOf(sent: readonly Sent[], now: number, isAll: boolean): Week[] {
  const dated = sent.flatMap(({ time, amount }) => (time === null ? [] : [{ time, amount: BigInt(amount) }]));
  const first = dated.reduce((first, { time }) => Math.min(first, time), now);
  const weeks: Week[] = [];
  // By the calendar, because a week in which clocks change has another length.
  for (let monday = mondayOf(first); monday.getTime() <= now * 1_000; ) {
    weeks.push({ from: monday.getTime() / 1_000, payments: 0, amount: 0n, isPartly: weeks.length === 0 && !isAll });
    monday = new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 7);
  }
  for (const { time, amount } of dated) {
    const week = weeks.findLast(({ from }) => from <= time);
    if (!week) continue;
    week.payments += 1;
    week.amount += amount;
  }
  return weeks.slice(-WEEKS);
}

const HEAD = ['time', 'loan', 'amount', 'taken_for_fees', 'taken_for_interest', 'taken_for_principal', 'transaction'];

/** Payments as CSV, the oldest first. What was taken in an earlier transaction and sent in this one is in the amount alone. */
export function receivedCsv(sent: readonly Sent[], decimals: number): string {
  const sum = (units: string) => exact(BigInt(units), decimals);
  const rows = sent.map(({ time, loan, amount, taken, signature }) => [
    time === null ? '' : new Date(time * 1_000).toISOString(),
    loan,
    sum(amount),
    sum(taken.fees),
    sum(taken.interest),
    sum(taken.principal),
    signature,
  ]);
  return csv(HEAD, rows);
}
