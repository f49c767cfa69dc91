// Terms in plain words, of a loan that runs or of one that is still to be signed.
import { CalendarUnit, Overpayment, type Terms } from '../../client';
import type { Words } from '../../words/en';
import type { Reading } from './parts';

/** When instalments are due, in words. */
export function dueDates({ calendar }: Pick<Terms, 'calendar'>, { terms: words }: Words, { span }: Reading): string {
  const { unit, every, day, secondDay } = calendar;
  if (unit === CalendarUnit.Months) return words.monthly(every, words.day(day));
  if (unit === CalendarUnit.TwiceAMonth) return words.twice(words.day(day), words.day(secondDay));
  return every === 604_800 ? words.weekly : words.everySeconds(span(every));
}

export function rateText(ppm: number, locale: string): string {
  return `${(ppm / 10_000).toLocaleString(locale, { maximumFractionDigits: 4 })} %`;
}

export function plainTerms(terms: Terms, extensionsUsed: number, words: Words, reading: Reading): string[] {
  const { amount, span, when } = reading;
  const own = words.terms;
  const lines = [
    own.lent(amount(terms.principal), rateText(terms.aprPpm, words.locale)),
    own.schedule(terms.count, amount(terms.instalment)),
    `${dueDates(terms, words, reading)} ${when(Number(terms.firstDue)).reader}.`,
    terms.lateFee > 0n ? own.lateFee(amount(terms.lateFee), span(terms.lateAfterSecs)) : own.noLateFee,
    own.order,
    own.grace(span(terms.graceSecs)),
    terms.minChannels > 0 ? own.notice(terms.minChannels, span(terms.noticeSecs)) : own.noNotice,
    terms.finalNoticeSecs > 0 ? own.finalNotice(span(terms.finalNoticeSecs)) : undefined,
    own.lock(span(terms.lockTtlSecs)),
    own.nextStart,
    terms.emergencyMax > 0 ? own.emergency(terms.emergencyMax, span(terms.emergencySecs)) : words.emergency.none,
    own.overpayment[terms.overpayment === Overpayment.PayAhead ? 'PayAhead' : 'ReducePrincipal'],
    own.extensions(extensionsUsed, terms.maxExtensions),
  ];
  return lines.filter((line) => line !== undefined);
}
