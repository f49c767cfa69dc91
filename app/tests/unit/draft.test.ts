// A form for terms: what can be read is read exactly, what cannot is named, and terms go through it unchanged.
import { readFileSync } from 'node:fs';
import { getBase64Decoder } from '@solana/kit';
import { describe, expect, test } from 'vitest';
import { CalendarUnit, getTermsEncoder, Overpayment, type Terms } from '../../src/client';
import { Changes } from '../../src/rules/changes';
import {
  type Draft,
  draftOf,
  fieldOf,
  firstDraft,
  offsetText,
  parseOffset,
  parseSpan,
  readDraft,
  spanText,
  whole,
} from '../../src/screens/agree/draft';
import { bytesOf, DAY, lender, NOW, terms, world } from '../fixtures';

const changes = await Changes.load(readFileSync(new URL('../../public/changes.wasm', import.meta.url)));

const floors = { ...lender.floors, maxLateFee: 100_000_000n };
const filled: Draft = { ...firstDraft(floors, NOW, -5 * 3_600), principal: '12000', rate: '18', count: '12' };

const read = (change: Partial<Draft>) => readDraft({ ...filled, ...change }, 6);
const wrong = (change: Partial<Draft>) => {
  const said = read(change);
  return 'wrong' in said ? said.wrong : {};
};

/** What the rules say of a form. */
function ruled(change: Partial<Draft>, floors = lender.floors) {
  const draft = { ...filled, ...change };
  const said = readDraft(draft, 6);
  if ('wrong' in said) throw new Error('the form cannot be read');
  const bytes = bytesOf({ ...world, lender: { ...lender, floors } });
  const { refused } = changes.origination({
    terms: getBase64Decoder().decode(getTermsEncoder().encode(said.terms)),
    lender: bytes.lender,
    // A car without a loan.
    vehicle: bytesOf({
      ...world,
      vehicle: { ...world.vehicle, activeLoan: '11111111111111111111111111111111' as never },
    }).vehicle,
    fees: [1n, 2n, 3n],
    unlock_uri: '',
    escrow: undefined,
    decimals: 6,
    now: BigInt(NOW),
  });
  return refused && { rule: refused.name, field: fieldOf(refused.name, draft) };
}

describe('times', () => {
  test('are days, or have a unit', () => {
    for (const [text, secs] of [
      ['10', 864_000],
      ['72h', 259_200],
      ['30m', 1_800],
      ['20s', 20],
      ['0', 0],
    ] as const) {
      expect(parseSpan(text)).toBe(secs);
      expect(parseSpan(spanText(secs))).toBe(secs);
    }
    expect([259_200, 1_800, 90].map(spanText)).toEqual(['3', '30m', '90s']);
  });
  test('that are none, or that the contract cannot hold, are refused', () => {
    for (const text of ['', '-1', '1.5', '10 days', '1w', '49711']) expect(parseSpan(text), text).toBeUndefined();
  });
  test('zones are written both ways', () => {
    for (const [text, secs] of [
      ['-05:00', -18_000],
      ['+05:30', 19_800],
      ['+00:00', 0],
    ] as const) {
      expect(parseOffset(text)).toBe(secs);
      expect(offsetText(secs)).toBe(text);
    }
    expect(parseOffset('EST')).toBeUndefined();
  });
});

test('a form that is filled in for the first time is one that the contract takes', () => {
  expect(ruled({})).toBeNull();
});

test('terms go through the form unchanged', () => {
  const signed = { ...whole(terms, `${terms.instalment}`) };
  const others: Partial<Terms>[] = [
    {},
    { calendar: { unit: CalendarUnit.Seconds, every: 604_800, day: 0, secondDay: 0, utcOffsetSecs: 0 } },
    { calendar: { unit: CalendarUnit.Seconds, every: 120, day: 0, secondDay: 0, utcOffsetSecs: 0 } },
    { calendar: { unit: CalendarUnit.Months, every: 3, day: 31, secondDay: 0, utcOffsetSecs: 19_800 } },
    { calendar: { unit: CalendarUnit.TwiceAMonth, every: 1, day: 1, secondDay: 15, utcOffsetSecs: -18_000 } },
    { overpayment: Overpayment.PayAhead, noticeAfterDefault: true, publicUnlock: true, lateFee: 12_340_000n },
  ];
  for (const change of others) {
    const before: Terms = { ...signed, ...change };
    const draft = draftOf(before, 6, Number(before.firstDue));
    const said = readDraft({ ...draft, count: `${before.count}`, instalment: '1100.16' }, 6);
    if ('wrong' in said) throw new Error(JSON.stringify(said.wrong));
    expect(whole(said.terms, `${before.instalment}`)).toEqual(before);
  }
});

test('what cannot be read is named at its field', () => {
  expect(wrong({ principal: '12,000' })).toEqual({ principal: 'amount' });
  expect(wrong({ rate: 'much' })).toEqual({ rate: 'rate' });
  expect(wrong({ count: '1.5', channels: '256' })).toEqual({ count: { most: 65_535 }, channels: { most: 255 } });
  expect(wrong({ grace: 'ten' })).toEqual({ grace: 'span' });
  expect(wrong({ firstDue: '', offset: 'EST' })).toEqual({ firstDue: 'moment', offset: 'offset' });
  expect(wrong({ period: 'twice', day: '', secondDay: '32' })).toEqual({ day: 'day', secondDay: 'day' });
  expect(wrong({ instalment: '0' })).toEqual({ instalment: 'amount' });
});

test('a rule speaks at the field that it is about', () => {
  const at = (change: Partial<Draft>, floors?: typeof lender.floors) => {
    const said = ruled(change, floors);
    return said && [said.rule, said.field];
  };
  expect(at({ count: '0' })).toEqual(['TermsEmpty', 'count']);
  expect(at({ principal: '0' })).toEqual(['TermsEmpty', 'principal']);
  expect(at({ firstDue: '2026-01-05T12:00' })).toEqual(['TermsFirstDue', 'firstDue']);
  expect(at({ day: '3' })).toEqual(['TermsFirstDueDay', 'firstDue']);
  expect(at({ count: '610' })).toEqual(['TermsTooLong', 'count']);
  expect(at({ offset: '+15:00' })).toEqual(['TermsCalendar', 'period']);
  expect(at({ warnAfter: '0' })).toEqual(['TermsNoWait', 'warnAfter']);
  expect(at({ lockTtl: '46' })).toEqual(['TermsLockTtl', 'lockTtl']);
  expect(at({ channels: '7' })).toEqual(['TermsNoticeUnclear', 'channels']);
  expect(at({ rate: '101' })).toEqual(['TermsApr', 'rate']);
  expect(at({ lateFee: '100.01' })).toEqual(['TermsLateFee', 'lateFee']);
  expect(at({ publicUnlock: true })).toEqual(['TermsPublicUnlock', 'publicUnlock']);
  const strict = {
    ...lender.floors,
    minGraceSecs: 11 * DAY,
    minNoticeSecs: 11 * DAY,
    minLateAfterSecs: 6 * DAY,
    minWarnAfterSecs: 2 * DAY,
    minEmergencyMax: 2,
  };
  expect(at({}, strict)).toEqual(['TermsGrace', 'grace']);
  expect(at({ grace: '11' }, strict)).toEqual(['TermsNotice', 'notice']);
  const fair = { grace: '11', notice: '11' };
  expect(at(fair, strict)).toEqual(['TermsLateAfter', 'lateAfter']);
  expect(at({ ...fair, lateAfter: '6' }, strict)).toEqual(['TermsWarnAfter', 'warnAfter']);
  expect(at({ ...fair, lateAfter: '6', warnAfter: '2' }, strict)).toEqual(['TermsEmergencyStart', 'emergency']);
  // What a policy asks for stands in a new form.
  const first = firstDraft({ ...strict } as Parameters<typeof firstDraft>[0], NOW, 0);
  expect(at({ ...first, principal: '1', rate: '1', count: '1' }, strict)).toBeNull();
});
