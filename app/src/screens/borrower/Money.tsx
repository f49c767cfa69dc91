// Paying: into the car wallet, ahead of the schedule, and all at once.
import { useState } from 'react';
import type { LoanState } from '../../chain/loan';
import { Overpayment } from '../../client';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { RuleError, type Rules } from '../../rules/rules';
import { parseMoney } from '../../words/money';
import { Section, useReading } from './parts';

interface Props {
  state: LoanState;
  view: LoanView;
  now: number;
  /** Why nothing can be signed now; none if something can. */
  blocked: string | undefined;
}

/** An amount of the reader's own, into the car wallet. */
export function PayAny({ state, view, blocked, onPay }: Props & { onPay(amount: bigint): void }) {
  const { words } = usePage();
  const reading = useReading(state);
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const least = BigInt(view.cure);
  return (
    <Section id="pay" title={words.pay.title}>
      <p>{words.pay.body}</p>
      {least > 0n && <p>{words.pay.leastToUnlock(reading.toPay(least))}</p>}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          const amount = parseMoney(text, state.mint.decimals);
          setIsWrong(!amount);
          if (amount) onPay(amount);
        }}
      >
        <label>
          {words.pay.amount}
          <input
            inputMode="decimal"
            autoComplete="off"
            value={text}
            aria-invalid={isWrong}
            aria-describedby={isWrong ? 'pay-wrong' : undefined}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="submit" disabled={blocked !== undefined}>
          {words.pay.title}
        </button>
      </form>
      {isWrong && (
        <p id="pay-wrong" role="alert" className="error">
          {words.pay.badAmount}
        </p>
      )}
      {blocked && <p className="quiet">{blocked}</p>}
      <details>
        <summary>{words.pay.address}</summary>
        <p className="address">{state.loan.wallet}</p>
        <p className="quiet">{words.pay.plainTransfer}</p>
      </details>
    </Section>
  );
}

/** What lies in the car wallet beyond what is due, toward the debt. */
export function PayAhead({ state, view, blocked, onPay }: Props & { onPay(amount: bigint): void }) {
  const { words } = usePage();
  const reading = useReading(state);
  const free = BigInt(view.quote.free);
  const debt = BigInt(view.quote.principal) + BigInt(view.quote.interest);
  const amount = free < debt ? free : debt;
  const kind = state.loan.terms.overpayment === Overpayment.PayAhead ? 'PayAhead' : 'ReducePrincipal';
  return (
    <Section id="extra" title={words.extra.title}>
      <p>{words.extra.body[kind]}</p>
      <p className="quiet">{amount > 0n ? words.extra.free(reading.amount(free)) : words.extra.nothingFree}</p>
      <button type="button" disabled={blocked !== undefined || amount === 0n} onClick={() => onPay(amount)}>
        {words.extra.button(reading.amount(amount))}
      </button>
      {blocked && <p className="quiet">{blocked}</p>}
    </Section>
  );
}

const DAY = 86_400;
const DAYS_AHEAD = [1, 3, 7, 10];

/** What pays the loan off then; none if so many due dates lie in between that the contract would have to collect first. */
function payoffAt(rules: Rules, state: LoanState, at: number): bigint | undefined {
  try {
    return BigInt(rules.loan({ ...state.bytes, wallet: state.wallet, now: BigInt(at) }).quote.payoff);
  } catch (error) {
    if (error instanceof RuleError) return undefined;
    throw error;
  }
}

/** What pays the loan off, now and on a day to come. */
export function Payoff({ state, view, now, blocked, onPay }: Props & { onPay(): void }) {
  const { words, rules } = usePage();
  const reading = useReading(state);
  const [days, setDays] = useState(3);
  const { quote } = view;
  const at = now + days * DAY;
  const later = payoffAt(rules, state, at);
  return (
    <Section id="payoff" title={words.payoff.title}>
      <p className="number">
        <strong>{words.payoff.now(reading.toPay(quote.payoff))}</strong>
      </p>
      <p className="quiet">
        {words.payoff.parts(
          reading.amount(quote.principal),
          reading.amount(quote.interest),
          reading.amount(quote.fees),
        )}{' '}
        {words.payoff.perDiem(reading.toPay(quote.per_diem))}
      </p>
      <label>
        {words.payoff.goodThrough}
        <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {DAYS_AHEAD.map((days) => (
            <option key={days} value={days}>
              {reading.when(now + days * DAY).reader}
            </option>
          ))}
        </select>
      </label>
      <p className="number">
        {later === undefined
          ? words.payoff.unknown
          : words.payoff.through(reading.toPay(later), reading.when(at).reader)}
      </p>
      <button type="button" disabled={blocked !== undefined} onClick={onPay}>
        {words.payoff.button(reading.toPay(quote.payoff))}
      </button>
      {blocked && <p className="quiet">{blocked}</p>}
    </Section>
  );
}
