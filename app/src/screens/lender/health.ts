// How a portfolio is: how many loans, how much past due and how much owed in each bucket of days past due.
import { BUCKETS, type Bucket, bucketOf, type Row } from './rows';

export type Group = Exclude<Bucket, 'any'>;
export const GROUPS = BUCKETS.filter((bucket): bucket is Group => bucket !== 'any');

export interface Health {
  group: Group;
  loans: number;
  pastDue: bigint;
  owed: bigint;
}

/** One entry for each bucket, also where it is empty. Loans that cannot be computed are in none. */
export function healthOf(rows: readonly Row[]): Health[] {
  const health = GROUPS.map((group): Health => ({ group, loans: 0, pastDue: 0n, owed: 0n }));
  for (const { figures } of rows) {
    const found = figures && health.find(({ group }) => group === bucketOf(figures));
    if (!figures || !found) continue;
    found.loans += 1;
    found.pastDue += figures.pastDue;
    found.owed += figures.owed;
  }
  return health;
}

/** How long each bar is, of `longest`. What is there at all is seen: at least one unit. */
export function bars(counts: readonly number[], longest: number): number[] {
  const most = Math.max(...counts, 1);
  return counts.map((count) => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * longest))));
}
