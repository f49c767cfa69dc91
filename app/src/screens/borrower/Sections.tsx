// What stands below the first screen: everything else that a borrower may want to know.
import type { LoanState } from '../../chain/loan';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { Section, useReading, When } from './parts';
import { plainTerms } from './terms';

export function Notices({ state }: { state: LoanState }) {
  const { words } = usePage();
  const reading = useReading(state);
  const { channels, finalNotice } = state.loan.notices;
  const served = channels
    .map((service, index) => ({ channel: words.notices.channels[index] ?? '', at: Number(service.servedAt) }))
    .filter(({ at }) => at !== 0);
  return (
    <Section id="notices" title={words.notices.title}>
      {served.length === 0 && finalNotice.servedAt === 0n ? (
        <p className="quiet">{words.notices.none}</p>
      ) : (
        <ul className="stack">
          {served.map(({ channel, at }) => (
            <li key={channel}>{words.notices.served(channel, reading.when(at).reader)}</li>
          ))}
          {finalNotice.servedAt !== 0n && (
            <li>{words.notices.final(reading.when(Number(finalNotice.servedAt)).reader)}</li>
          )}
        </ul>
      )}
    </Section>
  );
}

export function Paid({ state, view }: { state: LoanState; view: LoanView }) {
  const { words } = usePage();
  const { amount } = useReading(state);
  const { principalPaid, interestPaid, feesPaid } = state.loan.ledger;
  const rows: [string, bigint | string][] = [
    [words.payments.principal, principalPaid],
    [words.payments.interest, interestPaid],
    [words.payments.fees, feesPaid],
    [words.payments.total, principalPaid + interestPaid + feesPaid],
    [words.payments.left, view.quote.principal],
  ];
  return (
    <Section id="paid" title={words.payments.title}>
      <p className="quiet">{words.payments.body}</p>
      <dl className="sums">
        {rows.map(([name, units]) => (
          <Sum key={name} name={name} amount={amount(units)} />
        ))}
      </dl>
    </Section>
  );
}

function Sum({ name, amount }: { name: string; amount: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{amount}</dd>
    </>
  );
}

export function PlainTerms({ state }: { state: LoanState }) {
  const { words } = usePage();
  const reading = useReading(state);
  const { terms, extensionsUsed } = state.loan;
  return (
    <Section id="terms" title={words.terms.title}>
      <ul className="stack">
        {plainTerms(terms, extensionsUsed, words, reading).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Section>
  );
}

export function Emergency({
  state,
  view,
  onStart,
  refusal,
}: {
  state: LoanState;
  view: LoanView;
  onStart(): void;
  /** Why it cannot be done now. */
  refusal: string | undefined;
}) {
  const { words } = usePage();
  const reading = useReading(state);
  const { left, until } = view.emergency;
  const { terms } = state.loan;
  return (
    <Section id="emergency" title={words.emergency.title}>
      {terms.emergencyMax === 0 ? (
        <p className="quiet">{words.emergency.none}</p>
      ) : (
        <>
          <p>
            {words.emergency.body(reading.span(terms.emergencySecs))} {words.emergency.left(left)}
          </p>
          {until && (
            <p>
              <When unix={until} reading={reading} />
            </p>
          )}
          <button type="button" disabled={refusal !== undefined} aria-describedby="emergency-why" onClick={onStart}>
            {words.emergency.button}
          </button>
          {refusal && (
            <p id="emergency-why" className="quiet">
              {refusal}
            </p>
          )}
        </>
      )}
    </Section>
  );
}
