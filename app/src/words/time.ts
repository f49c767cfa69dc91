// Moments of the contract in the reader's zone, with the contract's own beside it.
import { momentForm, numberForm } from './formats';

/** A moment as the reader sees it, and as the contract does where that reads differently. */
export interface Moment {
  reader: string;
  contract: string | undefined;
}

/** Unix seconds in the reader's zone; the contract's zone lies `contractOffset` seconds ahead of UTC. */
export function moment(unix: number, contractOffset: number, locale: string, zone?: string): Moment {
  const form: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  };
  const reader = momentForm(locale, { ...form, ...(zone ? { timeZone: zone } : {}) });
  const contract = momentForm(locale, { ...form, timeZone: 'UTC' });
  const here = reader.format(unix * 1000);
  const there = contract.format((unix + contractOffset) * 1000);
  return { reader: here, contract: here === there ? undefined : `${there} ${offsetName(contractOffset)}` };
}

/** `UTC−5`, `UTC+5:30`, `UTC`. */
export function offsetName(offset: number): string {
  if (offset === 0) return 'UTC';
  const minutes = Math.abs(Math.trunc(offset / 60));
  const rest = minutes % 60;
  return `UTC${offset < 0 ? '−' : '+'}${Math.trunc(minutes / 60)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** The largest two units of a span of seconds: days and hours, hours and minutes, minutes and seconds. */
export function span(seconds: number, locale: string): string {
  const left = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(left / 86_400), 'day'],
    [Math.floor((left % 86_400) / 3_600), 'hour'],
    [Math.floor((left % 3_600) / 60), 'minute'],
    [left % 60, 'second'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown =
    first === -1 ? parts.slice(3) : parts.slice(first, first + 2).filter(([count], i) => i === 0 || count > 0);
  return shown
    .map(([count, unit]) => numberForm(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
    .join(' ');
}

/** The last second of a day that a person chose as `2026-12-31`, in a zone `offset` seconds ahead of UTC. */
export function endOfDay(day: string, offset: number): number | undefined {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(start) ? undefined : start / 1_000 + 86_399 - offset;
}

/** The day of a moment in such a zone, as a date input writes it. */
export function dayOf(unix: number, offset: number): string {
  return new Date((unix + offset) * 1_000).toISOString().slice(0, 10);
}
