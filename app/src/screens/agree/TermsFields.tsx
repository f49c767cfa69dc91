// The fields of terms: what the lender's policy asks for beside each, and what is wrong with it.
import type { ReactNode } from 'react';
import type { PolicyFloors } from '../../client';
import { usePage } from '../../page';
import type { Refused } from '../../rules/answers';
import { useAgreeWords } from '../../words/agree';
import type { AgreeWords } from '../../words/agree/en';
import { money } from '../../words/money';
import { span } from '../../words/time';
import { rateText } from '../borrower/terms';
import { type Draft, type FieldName, fieldOf, PERIODS, type Period, type Wrong } from './draft';

/** What is wrong with a field, in words. */
export type Wrongs = Partial<Record<FieldName, string>>;

export function wrongInWords(wrong: Wrong, { form }: AgreeWords): string {
  return typeof wrong === 'string' ? form.wrong[wrong] : form.wrong.whole(wrong.most);
}

/** A rule's words at the field that it is about; apart, where it is about none. */
export function ruleAtField(refused: Refused, draft: Draft, text: string): { wrongs: Wrongs; apart?: string } {
  const field = fieldOf(refused.name, draft);
  return field ? { wrongs: { [field]: text } } : { wrongs: {}, apart: text };
}

interface EntryProps {
  id: string;
  label: string;
  value: string;
  onChange(value: string): void;
  wrong: string | undefined;
  hint?: string | undefined;
  type?: 'text' | 'datetime-local';
  inputMode?: 'decimal' | 'numeric' | 'text';
}

/** A field with its label, its bound, and what is wrong with it. */
export function Entry({ id, label, value, onChange, wrong, hint, type = 'text', inputMode = 'text' }: EntryProps) {
  const about = [hint ? `${id}-hint` : '', wrong ? `${id}-wrong` : ''].filter((name) => name).join(' ');
  return (
    <div>
      <label>
        {label}
        <input
          type={type}
          step={type === 'text' ? undefined : 1}
          inputMode={type === 'text' ? inputMode : undefined}
          autoComplete="off"
          value={value}
          aria-invalid={wrong !== undefined}
          aria-describedby={about || undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      {hint && (
        <p id={`${id}-hint`} className="quiet">
          {hint}
        </p>
      )}
      {wrong && (
        <p id={`${id}-wrong`} className="error">
          {wrong}
        </p>
      )}
    </div>
  );
}

interface Props {
  draft: Draft;
  onChange(part: Partial<Draft>): void;
  wrongs: Wrongs;
  floors: PolicyFloors;
  decimals: number;
  /** Principal and number of payments are other things in an amendment. */
  isAmendment?: boolean;
}

export function TermsFields({ draft, onChange, wrongs, floors, decimals, isAmendment = false }: Props) {
  const { words } = usePage();
  const own = useAgreeWords();
  const { form } = own;
  const { locale } = words;
  const time = (secs: number) => span(secs, locale);
  const isWeekly = draft.period === 'weekly';
  const least = (secs: number) => (secs > 0 ? form.atLeast(time(secs)) : undefined);
  const text = (
    name: Exclude<FieldName, 'period' | 'afterDefault' | 'payAhead' | 'publicUnlock'>,
    label: string,
    hint?: string,
  ) => (
    <Entry
      id={`terms-${name}`}
      label={label}
      value={draft[name]}
      onChange={(value) => onChange({ [name]: value })}
      wrong={wrongs[name]}
      hint={hint}
      type={name === 'firstDue' ? 'datetime-local' : 'text'}
      inputMode={name === 'offset' ? 'text' : 'decimal'}
    />
  );
  const check = (name: 'afterDefault' | 'payAhead' | 'publicUnlock', label: string) => (
    <div>
      <label className="check">
        <input
          type="checkbox"
          checked={draft[name]}
          aria-invalid={wrongs[name] !== undefined}
          aria-describedby={wrongs[name] ? `terms-${name}-wrong` : undefined}
          onChange={(event) => onChange({ [name]: event.target.checked })}
        />
        {label}
      </label>
      {wrongs[name] && (
        <p id={`terms-${name}-wrong`} className="error">
          {wrongs[name]}
        </p>
      )}
    </div>
  );
  return (
    <>
      <p className="quiet">{form.spans}</p>
      <Group title={form.money}>
        {!isAmendment && text('principal', form.principal)}
        {text(
          'rate',
          form.rate,
          floors.maxAprPpm < 2 ** 32 - 1 ? form.atMost(rateText(floors.maxAprPpm, locale)) : undefined,
        )}
        {text('count', isAmendment ? own.amend.count : form.count)}
        {text('instalment', form.instalment)}
        {check('payAhead', form.payAhead)}
      </Group>
      <Group title={form.dates}>
        {text('firstDue', form.firstDue)}
        {text('offset', form.offset)}
        <div>
          <label>
            {form.period}
            <select
              value={draft.period}
              aria-invalid={wrongs.period !== undefined}
              aria-describedby={wrongs.period ? 'terms-period-wrong' : undefined}
              onChange={(event) => onChange({ period: event.target.value as Period })}
            >
              {PERIODS.map((period) => (
                <option key={period} value={period}>
                  {form.periods[period]}
                </option>
              ))}
            </select>
          </label>
          {wrongs.period && (
            <p id="terms-period-wrong" className="error">
              {wrongs.period}
            </p>
          )}
        </div>
        {draft.period === 'months' && text('every', form.every)}
        {draft.period === 'seconds' && text('every', form.everySpan)}
        {['monthly', 'months', 'twice'].includes(draft.period) && text('day', form.day)}
        {draft.period === 'twice' && text('secondDay', form.secondDay)}
      </Group>
      <Group title={form.late}>
        {text('grace', form.grace, least(isWeekly ? floors.minGraceWeeklySecs : floors.minGraceSecs))}
        {text(
          'lateFee',
          form.lateFee,
          floors.maxLateFee < 2n ** 64n - 1n ? form.atMost(money(floors.maxLateFee, decimals, locale)) : undefined,
        )}
        {text('lateAfter', form.lateAfter, least(floors.minLateAfterSecs))}
        {text('warnAfter', form.warnAfter, least(floors.minWarnAfterSecs))}
      </Group>
      <Group title={form.lock}>
        {text('channels', form.channels, floors.minChannels > 0 ? form.atLeast(`${floors.minChannels}`) : undefined)}
        {text('notice', form.notice, least(isWeekly ? floors.minNoticeWeeklySecs : floors.minNoticeSecs))}
        {text('finalNotice', form.finalNotice, least(floors.minFinalNoticeSecs))}
        {text('noticeMaxAge', form.noticeMaxAge)}
        {check('afterDefault', form.afterDefault)}
        {text(
          'lockTtl',
          form.lockTtl,
          floors.maxLockTtlSecs > 0 ? form.atMost(time(floors.maxLockTtlSecs)) : undefined,
        )}
      </Group>
      <Group title={form.rest}>
        {text('emergency', form.emergency, least(floors.minEmergencySecs))}
        {text(
          'emergencyMax',
          form.emergencyMax,
          floors.minEmergencyMax > 0 ? form.atLeast(`${floors.minEmergencyMax}`) : undefined,
        )}
        {text('maxExtensions', form.maxExtensions)}
        {check('publicUnlock', form.publicUnlock)}
      </Group>
    </>
  );
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="fields">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
