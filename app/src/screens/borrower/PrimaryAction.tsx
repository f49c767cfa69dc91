// The one thing to do now. Its words carry the amount.
import type { LoanState } from '../../chain/loan';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { upToCent } from '../../words/money';
import { useReading } from './parts';

interface Props {
  state: LoanState;
  view: LoanView;
  now: number;
  /** Why nothing can be signed now. */
  blocked: string | undefined;
  /** What comes before. */
  note: string | undefined;
  onPay(amount: bigint): void;
  onUnlock(): void;
}

/** An amount that grows by the second is asked for with what ten minutes add, so that it is still enough when it lands. */
const MARGIN = 600;

export function PrimaryAction({ state, view, now, blocked, note, onPay, onUnlock }: Props) {
  const { words, rules } = usePage();
  const reading = useReading(state);
  const action = toDo();
  return (
    <div className="foot">
      <div>
        {action ? (
          <button
            type="button"
            className="primary"
            data-primary
            disabled={blocked !== undefined}
            aria-describedby={(blocked ?? note) ? 'primary-why' : undefined}
            onClick={action.run}
          >
            {action.words}
          </button>
        ) : (
          <p data-primary>{view.standing === 'unlocking' ? words.act.waitForCar : words.act.nothing}</p>
        )}
        {action && (blocked ?? note) && (
          <p id="primary-why" className="quiet">
            {blocked ?? note}
          </p>
        )}
      </div>
    </div>
  );

  function toDo(): { words: string; run(): void } | undefined {
    const { car, quote, outlook, unlock } = view;
    if (view.standing === 'unlocking') return undefined;
    if (car.may_be_locked && !unlock.refused) return { words: words.act.unlock, run: onUnlock };
    const { shortfall } = outlook;
    if (!shortfall) return undefined;
    if (quote.past_due === '0') {
      const amount = upToCent(BigInt(shortfall.amount), state.mint.decimals);
      return { words: words.act.payBy(reading.toPay(amount), reading.day(shortfall.due)), run: () => onPay(amount) };
    }
    const amount = upToCent(pastDueSoon(), state.mint.decimals);
    const says = car.may_be_locked ? words.act.payToUnlock : words.act.payNow;
    return { words: says(reading.toPay(amount)), run: () => onPay(amount) };
  }

  /** What is past due, and after the last due date what the next minutes add. */
  function pastDueSoon(): bigint {
    const pastDue = BigInt(view.quote.past_due);
    if (view.quote.next_due !== null) return pastDue;
    const later = rules.loan({ ...state.bytes, wallet: state.wallet, now: BigInt(now + MARGIN) });
    return BigInt(later.quote.past_due);
  }
}
