// Every term with its value, exactly: what is signed, and what an amendment changes side by side.
import { Overpayment, type Terms } from '../../client';
import type { TermName } from '../../rules/answers';
import type { AgreeWords } from '../../words/agree/en';
import type { Words } from '../../words/en';
import { offsetName } from '../../words/time';
import type { Reading } from '../borrower/parts';
import { dueDates, rateText } from '../borrower/terms';

export interface TermRow {
  term: TermName;
  name: string;
  value: string;
}

export function termRows(terms: Terms, words: Words, own: AgreeWords, reading: Reading): TermRow[] {
  const { amount, when } = reading;
  const span = (secs: number) => (secs === 0 ? own.none : reading.span(secs));
  const yes = (is: boolean) => (is ? own.yes : own.no);
  const { reader, contract } = when(Number(terms.firstDue));
  const zone = terms.calendar.utcOffsetSecs === 0 ? '' : ` ${offsetName(terms.calendar.utcOffsetSecs)}`;
  const values: Record<TermName, string> = {
    principal: amount(terms.principal),
    apr_ppm: rateText(terms.aprPpm, words.locale),
    instalment: amount(terms.instalment),
    count: `${terms.count}`,
    first_due: contract ? `${reader} (${contract})` : reader,
    calendar: `${dueDates(terms, words, reading)}${zone}`,
    grace_secs: span(terms.graceSecs),
    late_fee: terms.lateFee === 0n ? own.none : amount(terms.lateFee),
    late_after_secs: span(terms.lateAfterSecs),
    warn_after_secs: span(terms.warnAfterSecs),
    notice_secs: span(terms.noticeSecs),
    min_channels: `${terms.minChannels}`,
    notice_after_default: yes(terms.noticeAfterDefault),
    final_notice_secs: span(terms.finalNoticeSecs),
    notice_max_age_secs: span(terms.noticeMaxAgeSecs),
    emergency_secs: span(terms.emergencySecs),
    emergency_max: `${terms.emergencyMax}`,
    lock_ttl_secs: span(terms.lockTtlSecs),
    max_extensions: `${terms.maxExtensions}`,
    overpayment: words.terms.overpayment[terms.overpayment === Overpayment.PayAhead ? 'PayAhead' : 'ReducePrincipal'],
    public_unlock: yes(terms.publicUnlock),
  };
  return (Object.keys(values) as TermName[]).map((term) => ({ term, name: own.names[term], value: values[term] }));
}
