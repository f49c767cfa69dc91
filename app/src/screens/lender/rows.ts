// The rows of the portfolio: what they hold, and which are shown in which order.
import type { Address } from '@solana/kit';
import type { PortfolioRow, Standing } from '../../rules/answers';

export interface Row {
  address: Address;
  borrower: Address;
  /** None for a loan that nobody has looked at for too long to compute. */
  figures: Figures | undefined;
}

export interface Figures {
  standing: Standing;
  pastDue: bigint;
  days: number;
  owed: bigint;
  nextDue: number | null;
}

export const COLUMNS = ['loan', 'standing', 'pastDue', 'days', 'owed', 'next'] as const;
export type Column = (typeof COLUMNS)[number];

export const BUCKETS = ['any', 'current', 'd1', 'd30', 'd60', 'd90', 'd120'] as const;
export type Bucket = (typeof BUCKETS)[number];

export interface Filter {
  search: string;
  standing: Standing | undefined;
  bucket: Bucket;
  sort: Column;
  isUp: boolean;
}

/** Days past due from which each bucket counts, the last first. */
const FLOORS: [number, Bucket][] = [
  [120, 'd120'],
  [90, 'd90'],
  [60, 'd60'],
  [30, 'd30'],
  [1, 'd1'],
];

/** The bucket of a loan. One that is past due by less than a day is in the first of those that are. */
export function bucketOf({ days, pastDue }: Figures): Bucket {
  const found = FLOORS.find(([floor]) => days >= floor)?.[1];
  return found ?? (pastDue > 0n ? 'd1' : 'current');
}

export function rowOf(address: Address, borrower: Address, row: PortfolioRow): Row {
  if ('error' in row) return { address, borrower, figures: undefined };
  const { standing, quote } = row;
  return {
    address,
    borrower,
    figures: {
      standing,
      pastDue: BigInt(quote.past_due),
      days: quote.days_past_due,
      owed: BigInt(quote.payoff),
      nextDue: quote.next_due,
    },
  };
}

/** The rows that a filter lets through, in its order. Loans without figures come first: they want to be looked at. */
export function select(rows: readonly Row[], { search, standing, bucket, sort, isUp }: Filter): Row[] {
  const shown = rows.filter(({ address, borrower, figures }) => {
    if (search && !address.includes(search) && !borrower.includes(search)) return false;
    if (standing && figures?.standing !== standing) return false;
    return bucket === 'any' || (figures !== undefined && bucketOf(figures) === bucket);
  });
  const sign = isUp ? 1 : -1;
  return shown.sort((left, right) => {
    if (!left.figures || !right.figures)
      return Number(left.figures !== undefined) - Number(right.figures !== undefined);
    return sign * compare(keyOf(left, left.figures, sort), keyOf(right, right.figures, sort));
  });
}

function keyOf(row: Row, figures: Figures, column: Column): string | number | bigint {
  switch (column) {
    case 'loan':
      return row.address;
    case 'standing':
      return figures.standing;
    case 'pastDue':
      return figures.pastDue;
    case 'days':
      return figures.days;
    case 'owed':
      return figures.owed;
    case 'next':
      return figures.nextDue ?? Number.MAX_SAFE_INTEGER;
  }
}

function compare<T extends string | number | bigint>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
