// Tables as CSV: amounts with a point and all their decimals, times in UTC.
import type { Row } from './rows';

type Cell = string | number | null | undefined;

/** A table with its head. Nothing in it is a formula to a spreadsheet, and nothing breaks a line or a column. */
export function csv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(written).join(',')}\n`).join('');
}

function written(cell: Cell): string {
  const text = `${cell ?? ''}`;
  const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Base units with all decimals: no spreadsheet rounds them. */
export function exact(units: bigint, decimals: number): string {
  if (decimals === 0) return units.toString();
  const text = units.toString().padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/** Hands the reader a file. */
export function save(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

const PORTFOLIO = ['loan', 'borrower', 'status', 'past_due', 'days_past_due', 'owed', 'next_due'];

/** The portfolio. */
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
        ]
      : [address, borrower, 'not_computed', '', '', '', ''],
  );
  return csv(PORTFOLIO, lines);
}
