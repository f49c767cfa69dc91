// Terms as a lender writes them: texts of a form, read into the contract's units. What terms may be, the rules say.
import type { PolicyFloors, Terms, TermsArgs } from '../../client';
import { CalendarUnit, Overpayment } from '../../client';
import { parseMoney } from '../../words/money';
import { parseRate } from '../lender/loan/EaseAct';

const DAY = 86_400;
const WEEK = 7 * DAY;
const UNITS = { d: DAY, h: 3_600, m: 60, s: 1 } as const;

export type Period = 'weekly' | 'biweekly' | 'monthly' | 'twice' | 'months' | 'seconds';
export const PERIODS: readonly Period[] = ['weekly', 'biweekly', 'monthly', 'twice', 'months', 'seconds'];

export interface Draft {
  principal: string;
  rate: string;
  count: string;
  instalment: string;
  firstDue: string;
  offset: string;
  period: Period;
  every: string;
  day: string;
  secondDay: string;
  grace: string;
  lateFee: string;
  lateAfter: string;
  warnAfter: string;
  notice: string;
  channels: string;
  finalNotice: string;
  noticeMaxAge: string;
  emergency: string;
  emergencyMax: string;
  lockTtl: string;
  maxExtensions: string;
  afterDefault: boolean;
  payAhead: boolean;
  publicUnlock: boolean;
}

export type FieldName = keyof Draft;

/** What is wrong with a field that cannot be read. */
export type Wrong = 'amount' | 'rate' | 'span' | 'moment' | 'offset' | 'day' | { most: number };

/** Seconds of `10` days, `72h`, `30m` or `20s`. */
export function parseSpan(text: string): number | undefined {
  const match = /^\s*(\d{1,10})\s*([dhms]?)\s*$/.exec(text);
  if (!match) return undefined;
  const secs = Number(match[1]) * UNITS[(match[2] || 'd') as keyof typeof UNITS];
  return secs < 2 ** 32 ? secs : undefined;
}

/** The same the other way, in the largest unit that takes no fraction. */
export function spanText(secs: number): string {
  if (secs % DAY === 0) return `${secs / DAY}`;
  const [unit, size] = (Object.entries(UNITS).find(([, size]) => secs % size === 0) ?? ['s', 1]) as [string, number];
  return `${secs / size}${unit}`;
}

/** Seconds by which a zone like `-05:00` is ahead of UTC. */
export function parseOffset(text: string): number | undefined {
  const match = /^\s*([+\-−])(\d{1,2}):(\d{2})\s*$/.exec(text);
  if (!match) return undefined;
  const secs = Number(match[2]) * 3_600 + Number(match[3]) * 60;
  return match[1] === '+' ? secs : -secs;
}

export function offsetText(secs: number): string {
  const minutes = Math.abs(Math.trunc(secs / 60));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${secs < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

/** A moment as a field for date and time shows it, in a zone `offset` seconds ahead of UTC. */
export const momentText = (unix: number, offset: number) =>
  new Date((unix + offset) * 1_000).toISOString().slice(0, 19);

/** A form for a new loan: what the lender's policy asks for, where that is more than is usual. */
export function firstDraft(floors: PolicyFloors, now: number, offset: number): Draft {
  const local = now + offset;
  const inAMonth = Math.floor(local / DAY) * DAY + 31 * DAY - 1 - offset;
  const channels = Math.max(floors.minChannels, 1);
  return {
    principal: '',
    rate: '',
    count: '',
    instalment: '',
    firstDue: momentText(inAMonth, offset),
    offset: offsetText(offset),
    period: 'monthly',
    every: '',
    day: '',
    secondDay: '',
    grace: spanText(Math.max(floors.minGraceSecs, 10 * DAY)),
    lateFee: '0',
    lateAfter: spanText(Math.max(floors.minLateAfterSecs, 5 * DAY)),
    warnAfter: spanText(Math.max(floors.minWarnAfterSecs, DAY)),
    notice: spanText(Math.max(floors.minNoticeSecs, 10 * DAY)),
    channels: `${channels}`,
    finalNotice: spanText(floors.minFinalNoticeSecs),
    noticeMaxAge: '90',
    emergency: spanText(Math.max(floors.minEmergencySecs, DAY)),
    emergencyMax: `${Math.max(floors.minEmergencyMax, 1)}`,
    lockTtl: spanText(Math.min(floors.maxLockTtlSecs || 30 * DAY, 30 * DAY)),
    maxExtensions: '0',
    afterDefault: floors.noticeAfterDefault,
    payAhead: false,
    publicUnlock: floors.publicUnlock,
  };
}

/** Terms as the form shows them. How many payments are left is for the lender to write. */
export function draftOf(terms: TermsArgs, decimals: number, firstDue: number): Draft {
  const { calendar } = terms;
  const amount = (units: number | bigint) => {
    const text = BigInt(units)
      .toString()
      .padStart(decimals + 1, '0');
    const [whole, part] = [text.slice(0, text.length - decimals), text.slice(text.length - decimals)];
    return `${whole}.${part}`.replace(/\.?0*$/, '') || '0';
  };
  const isMonthly = calendar.unit === CalendarUnit.Months && calendar.every === 1;
  const period: Period =
    calendar.unit === CalendarUnit.TwiceAMonth
      ? 'twice'
      : calendar.unit === CalendarUnit.Months
        ? isMonthly
          ? 'monthly'
          : 'months'
        : calendar.every === WEEK
          ? 'weekly'
          : calendar.every === 2 * WEEK
            ? 'biweekly'
            : 'seconds';
  return {
    principal: amount(terms.principal),
    rate: `${terms.aprPpm / 10_000}`,
    count: '',
    instalment: '',
    firstDue: momentText(firstDue, calendar.utcOffsetSecs),
    offset: offsetText(calendar.utcOffsetSecs),
    period,
    every: period === 'months' ? `${calendar.every}` : period === 'seconds' ? spanText(calendar.every) : '',
    day: calendar.day ? `${calendar.day}` : '',
    secondDay: calendar.secondDay ? `${calendar.secondDay}` : '',
    grace: spanText(terms.graceSecs),
    lateFee: amount(terms.lateFee),
    lateAfter: spanText(terms.lateAfterSecs),
    warnAfter: spanText(terms.warnAfterSecs),
    notice: spanText(terms.noticeSecs),
    channels: `${terms.minChannels}`,
    finalNotice: spanText(terms.finalNoticeSecs),
    noticeMaxAge: spanText(terms.noticeMaxAgeSecs),
    emergency: spanText(terms.emergencySecs),
    emergencyMax: `${terms.emergencyMax}`,
    lockTtl: spanText(terms.lockTtlSecs),
    maxExtensions: `${terms.maxExtensions}`,
    afterDefault: terms.noticeAfterDefault,
    payAhead: terms.overpayment === Overpayment.PayAhead,
    publicUnlock: terms.publicUnlock,
  };
}

export type Read = { terms: TermsArgs } | { wrong: Partial<Record<FieldName, Wrong>> };

/** The terms that a form holds, or what of it cannot be read. An instalment that is left empty is 0: the rules level it. */
export function readDraft(draft: Draft, decimals: number): Read {
  const wrong: Partial<Record<FieldName, Wrong>> = {};
  const read = <T>(field: FieldName, value: T | undefined, what: Wrong, instead: T): T => {
    if (value === undefined) wrong[field] = what;
    return value ?? instead;
  };
  const amount = (field: 'principal' | 'lateFee') => read(field, parseMoney(draft[field], decimals), 'amount', 0n);
  const whole = (field: FieldName, most: number) => {
    const text = String(draft[field]).trim();
    const value = /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
    return read(field, value, { most }, 0);
  };
  const span = (field: FieldName) => read(field, parseSpan(String(draft[field])), 'span', 0);
  const offset = read('offset', parseOffset(draft.offset), 'offset', 0);
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(draft.firstDue) ? Date.parse(`${draft.firstDue}Z`) : Number.NaN;
  const firstDue = read('firstDue', Number.isNaN(at) ? undefined : at / 1_000 - offset, 'moment', 0);
  const day = (field: 'day' | 'secondDay', empty: number | undefined) => {
    const text = draft[field].trim();
    const value = text === '' ? empty : /^\d{1,2}$/.test(text) && Number(text) <= 31 ? Number(text) : undefined;
    return read(field, value, 'day', 0);
  };
  const calendar = (): TermsArgs['calendar'] => {
    const seconds = (every: number) => ({ unit: CalendarUnit.Seconds, every, day: 0, secondDay: 0, utcOffsetSecs: 0 });
    const months = (every: number) => ({
      unit: CalendarUnit.Months,
      every,
      day: day('day', Number.isNaN(at) ? 0 : new Date(at).getUTCDate()),
      secondDay: 0,
      utcOffsetSecs: offset,
    });
    switch (draft.period) {
      case 'weekly':
        return seconds(WEEK);
      case 'biweekly':
        return seconds(2 * WEEK);
      case 'monthly':
        return months(1);
      case 'months':
        return months(whole('every', 255));
      case 'seconds':
        return seconds(span('every'));
      case 'twice':
        return {
          unit: CalendarUnit.TwiceAMonth,
          every: 1,
          day: day('day', undefined),
          secondDay: day('secondDay', undefined),
          utcOffsetSecs: offset,
        };
    }
  };
  const isLevel = draft.instalment.trim() === '';
  const instalment = parseMoney(draft.instalment, decimals);
  const terms: TermsArgs = {
    principal: amount('principal'),
    aprPpm: read('rate', parseRate(draft.rate), 'rate', 0),
    instalment: isLevel ? 0n : read('instalment', instalment || undefined, 'amount', 0n),
    count: whole('count', 65_535),
    firstDue: BigInt(firstDue),
    calendar: calendar(),
    graceSecs: span('grace'),
    lateFee: amount('lateFee'),
    lateAfterSecs: span('lateAfter'),
    warnAfterSecs: span('warnAfter'),
    noticeSecs: span('notice'),
    minChannels: whole('channels', 255),
    noticeAfterDefault: draft.afterDefault,
    finalNoticeSecs: span('finalNotice'),
    noticeMaxAgeSecs: span('noticeMaxAge'),
    emergencySecs: span('emergency'),
    emergencyMax: whole('emergencyMax', 255),
    lockTtlSecs: span('lockTtl'),
    maxExtensions: whole('maxExtensions', 255),
    deferred: 0,
    overpayment: draft.payAhead ? Overpayment.PayAhead : Overpayment.ReducePrincipal,
    publicUnlock: draft.publicUnlock,
  };
  return Object.keys(wrong).length > 0 ? { wrong } : { terms };
}

/** The terms that were read, with the instalment that the rules named. */
export function whole(terms: TermsArgs, instalment: string): Terms {
  const { principal, firstDue, lateFee } = terms;
  return {
    ...terms,
    principal: BigInt(principal),
    instalment: BigInt(instalment),
    firstDue: BigInt(firstDue),
    lateFee: BigInt(lateFee),
  };
}

/** Where a rule's words stand: at the field that it is about. */
export function fieldOf(rule: string, draft: Draft): FieldName | undefined {
  const zero = (fields: FieldName[]) => fields.find((field) => /^\s*0+[dhms]?\s*$/.test(String(draft[field])));
  switch (rule) {
    case 'TermsEmpty':
      return zero(['principal', 'count', 'instalment']) ?? 'principal';
    case 'TermsNoWait':
      return zero(['grace', 'lateAfter', 'warnAfter']) ?? 'grace';
    default:
      return FIELDS[rule];
  }
}

const FIELDS: Record<string, FieldName> = {
  TermsFirstDue: 'firstDue',
  TermsFirstDueDay: 'firstDue',
  TermsTooLong: 'count',
  TermsCalendar: 'period',
  TermsLockTtl: 'lockTtl',
  TermsNoticeUnclear: 'channels',
  TermsGrace: 'grace',
  TermsNotice: 'notice',
  TermsApr: 'rate',
  TermsLateFee: 'lateFee',
  TermsLateAfter: 'lateAfter',
  TermsWarnAfter: 'warnAfter',
  TermsEmergencyStart: 'emergency',
  TermsPublicUnlock: 'publicUnlock',
  Overflow: 'principal',
};
