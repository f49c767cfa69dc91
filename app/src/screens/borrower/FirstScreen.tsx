// The first screen: does the car start, what is owed and by when, and what happens next if nothing is done.
import type { LoanState } from '../../chain/loan';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import type { Words } from '../../words/en';
import { type Reading, Timeline, useReading } from './parts';
import { timeline } from './timeline';

/** From this on before a due date the page says that a payment is due soon, seconds. */
const SOON = 7 * 86_400;

interface Props {
  state: LoanState;
  view: LoanView;
  now: number;
}

export function FirstScreen({ state, view, now }: Props) {
  const reading = useReading(state);
  return (
    <>
      <CarCard state={state} view={view} now={now} reading={reading} />
      <OwedCard view={view} now={now} reading={reading} />
      <NextCard state={state} view={view} now={now} reading={reading} />
    </>
  );
}

type CardProps = Props & { reading: Reading };

function CarCard({ state, view, now, reading }: CardProps) {
  const { words } = usePage();
  const { headline, tone } = carInWords(view, words, reading);
  const { locked_until: until } = view.car;
  return (
    <section className={`card ${tone}`} aria-labelledby="car" data-standing={view.standing}>
      <h2 id="car" className="headline">
        <span aria-hidden="true">{tone === 'good' ? '✓ ' : tone === 'bad' ? '✕ ' : '! '}</span>
        {headline}
      </h2>
      <p>{why(state, view, now, words, reading)}</p>
      {until && view.car.may_be_locked && <p className="quiet">{words.car.lockEnds(reading.when(until).reader)}</p>}
      {view.car.is_distrusted && <p className="quiet">{words.why.distrusted}</p>}
    </section>
  );
}

type Tone = 'good' | 'warn' | 'bad';

/** Whether the car starts, as far as the chain knows. A lock that was only asked for may have been obeyed. */
function carInWords(
  { car, standing, emergency }: LoanView,
  { car: words }: Words,
  reading: Reading,
): { headline: string; tone: Tone } {
  if (standing === 'unlocking') return { headline: words.unlocking, tone: 'warn' };
  if (car.may_be_locked) return { headline: car.is_locked ? words.locked : words.mayBeLocked, tone: 'bad' };
  if (emergency.until) return { headline: words.startsUntil(reading.when(emergency.until).reader), tone: 'warn' };
  return { headline: words.starts, tone: ['defaulted', 'warned', 'past_due'].includes(standing) ? 'warn' : 'good' };
}

function why(state: LoanState, view: LoanView, now: number, { why }: Words, { when }: Reading): string {
  const { standing, outlook } = view;
  switch (standing) {
    case 'locked':
      return view.unlock.refused ? why.locked : why.lockedCured;
    case 'emergency_start':
      return view.car.may_be_locked ? why.emergencyAsked : why.emergency_start;
    case 'on_hold':
      return why.on_hold(when(Number(state.loan.holdUntil)).reader);
    case 'stayed':
      return why.stayed(when(Number(state.loan.stayUntil)).reader);
    case 'current': {
      const due = outlook.shortfall?.due;
      return due !== undefined && due - now <= SOON ? why.due_soon : why.current;
    }
    default:
      return why[standing];
  }
}

function OwedCard({ view, now, reading }: Omit<CardProps, 'state'>) {
  const { words } = usePage();
  const { quote, outlook } = view;
  const { shortfall } = outlook;
  if (quote.payoff === '0') {
    return (
      <section className="card" aria-labelledby="owed">
        <h2 id="owed" className="headline">
          {words.owed.nothing}
        </h2>
      </section>
    );
  }
  if (!shortfall) {
    return (
      <section className="card" aria-labelledby="owed">
        <h2 id="owed" className="headline">
          {words.owed.covered}
        </h2>
        <p className="quiet">{words.owed.coveredBody}</p>
      </section>
    );
  }
  const isPastDue = quote.past_due !== '0';
  const amount = reading.toPay(shortfall.amount);
  return (
    <section className="card" aria-labelledby="owed">
      <h2 id="owed" className="headline number">
        {isPastDue ? words.owed.pastDue(amount) : words.owed.next(amount)}
      </h2>
      <p>
        {isPastDue
          ? words.owed.since(reading.when(shortfall.due).reader)
          : words.owed.by(reading.when(shortfall.due).reader)}{' '}
        <strong>
          {isPastDue
            ? words.owed.ago(reading.span(now - shortfall.due))
            : words.owed.in(reading.span(shortfall.due - now))}
        </strong>
      </p>
    </section>
  );
}

function NextCard({ state, view, now, reading }: CardProps) {
  const { words } = usePage();
  const moments = timeline(state, view, now);
  return (
    <section className="card" aria-labelledby="next">
      <h2 id="next">{words.next.title}</h2>
      <Timeline
        moments={moments}
        none={words.next.nothing}
        say={({ kind, amount }) => momentInWords(kind, amount, words, reading)}
        reading={reading}
      />
    </section>
  );
}

function momentInWords(
  kind: ReturnType<typeof timeline>[number]['kind'],
  amount: bigint | undefined,
  { next }: Words,
  reading: Reading,
): string {
  switch (kind) {
    case 'due':
      return next.due(reading.toPay(amount ?? 0n));
    case 'lateFee':
      return next.lateFee(reading.amount(amount ?? 0n));
    default:
      return next[kind];
  }
}
