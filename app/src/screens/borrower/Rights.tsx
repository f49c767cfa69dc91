// What is the borrower's alone, as sections of the page.
import type { LoanState } from '../../chain/loan';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { Section, useReading, When } from './parts';
import { proposedKey } from './rights';

interface Props {
  state: LoanState;
  /** Why nothing can be signed now; none if something can. */
  blocked: string | undefined;
}

/** Somebody else's key is proposed: seen before everything else. */
export function Recovery({ state, blocked, onRefuse }: Props & { onRefuse(): void }) {
  const { words } = usePage();
  const reading = useReading(state);
  const proposed = proposedKey(state.loan);
  if (!proposed) return null;
  return (
    <section className="card warn" aria-labelledby="recovery">
      <h2 id="recovery">{words.recovery.title}</h2>
      <p>{words.recovery.body}</p>
      <p className="address">{proposed.key}</p>
      <p>
        {words.recovery.from} <When unix={proposed.from} reading={reading} />
      </p>
      <button type="button" className="primary" disabled={blocked !== undefined} onClick={onRefuse}>
        {words.recovery.button}
      </button>
      {blocked && <p className="quiet">{blocked}</p>}
    </section>
  );
}

/** What lies in the car wallet and is not due, back to the borrower. */
export function TakeBack({ state, view, blocked, onTake }: Props & { view: LoanView; onTake(amount: bigint): void }) {
  const { words } = usePage();
  const reading = useReading(state);
  const free = BigInt(view.quote.free);
  if (free === 0n) return null;
  return (
    <Section id="surplus" title={words.surplus.title}>
      <p>{words.surplus.body}</p>
      <button type="button" disabled={blocked !== undefined} onClick={() => onTake(free)}>
        {words.surplus.button(reading.amount(free))}
      </button>
      {blocked && <p className="quiet">{blocked}</p>}
    </Section>
  );
}

/** A loan on which nothing is owed is ended. */
export function EndLoan({ view, blocked, onEnd }: Omit<Props, 'state'> & { view: LoanView; onEnd(): void }) {
  const { words } = usePage();
  if (view.standing !== 'paid_off' && view.standing !== 'settled') return null;
  return (
    <Section id="end" title={words.end.title}>
      <p>{words.end.body}</p>
      <button type="button" disabled={blocked !== undefined} onClick={onEnd}>
        {words.end.button}
      </button>
      {blocked && <p className="quiet">{blocked}</p>}
    </Section>
  );
}
