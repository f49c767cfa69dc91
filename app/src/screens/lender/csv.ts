// The portfolio as CSV: amounts with a point and all their decimals, times in UTC.
import type { Row } from './rows';

const HEAD = 'loan,borrower,status,past_due,days_past_due,owed,next_due';

export function csvOf(rows: readonly Row[], decimals: number): string {
  const lines = rows.map(({ address, borrower, figures }) =>
    figures
      ? [
          address,
          borrower,
          figures.standing,
          exact(figures.pastDue, decimals),
          figures.days,
          exact(figures.owed, decimals),
          figures.nextDue === null ? '' : new Date(figures.nextDue * 1000).toISOString(),
        ].join(',')
      : `${address},${borrower},not_computed,,,,`,
  );
  return `${[HEAD, ...lines].join('\n')}\n`;
}

function exact(units: bigint, decimals: number): string {
  if (decimals === 0) return units.toString();
  const text = units.toString().padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
