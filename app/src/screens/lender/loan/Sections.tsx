// What a lender reads of one loan.
import type { Around } from '../../../chain/around';
import type { LoanState } from '../../../chain/loan';
import { usePage } from '../../../page';
import type { LoanView, ServicingView } from '../../../rules/answers';
import { useLenderWords } from '../../../words/lender';
import { sol } from '../../../words/money';
import { Section, Timeline, useReading } from '../../borrower/parts';
import { timeline } from '../../borrower/timeline';

export interface Parts {
  state: LoanState;
  view: LoanView;
  servicing: ServicingView;
  around: Around | undefined;
  now: number;
}

const GOOD = ['current', 'paid_off', 'settled'];
const BAD = ['locked', 'defaulted'];

export function State({ state, view, now }: Parts) {
  const { words } = usePage();
  const own = useLenderWords();
  const { when } = useReading(state);
  const { loan, lender } = state;
  const { standing } = view;
  const tone = GOOD.includes(standing) ? 'good' : BAD.includes(standing) ? 'bad' : 'warn';
  const ahead = (moment: bigint) => moment > BigInt(now);
  return (
    <section className={`card ${tone}`} aria-labelledby="state" data-standing={standing}>
      <h2 id="state" className="headline">
        {words.standing[standing]}
      </h2>
      {ahead(loan.holdUntil) && <p>{own.loan.hold(when(Number(loan.holdUntil)).reader)}</p>}
      {ahead(loan.stayUntil) && (
        <p>{own.loan.stay(when(Number(loan.stayFrom)).reader, when(Number(loan.stayUntil)).reader)}</p>
      )}
      {ahead(lender.pausedUntil) && <p>{own.loan.paused(when(Number(lender.pausedUntil)).reader)}</p>}
    </section>
  );
}

export function Owed({ state, view }: Parts) {
  const own = useLenderWords();
  const { amount } = useReading(state);
  const { quote } = view;
  const { principalPaid, interestPaid, feesPaid } = state.loan.ledger;
  const rows: [string, string][] = [
    [own.loan.pastDue, amount(quote.past_due)],
    [own.loan.days, String(quote.days_past_due)],
    [own.loan.principal, amount(quote.principal)],
    [own.loan.interest, amount(quote.interest)],
    [own.loan.fees, amount(quote.fees)],
    [own.loan.payoff, amount(quote.payoff)],
    [own.loan.perDiem, amount(quote.per_diem)],
    [own.loan.inWallet, amount(quote.free)],
    [own.loan.unsent, amount(quote.unsent)],
    [own.loan.paid, amount(principalPaid + interestPaid + feesPaid)],
  ];
  return (
    <Section id="owed" title={own.loan.owed}>
      <Sums rows={rows} />
    </Section>
  );
}

export function Sums({ rows }: { rows: [string, string][] }) {
  return (
    <dl className="sums">
      {rows.map(([name, value]) => (
        <div key={name} className="sum">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Next({ state, view, now }: Parts) {
  const own = useLenderWords();
  const reading = useReading(state);
  const moments = timeline(state, view, now);
  return (
    <Section id="next" title={own.loan.next}>
      <Timeline
        moments={moments}
        none={own.loan.nothingNext}
        say={({ kind, amount }) => {
          const text = own.loan.moments[kind];
          return typeof text === 'string' ? text : text(reading.amount(amount ?? 0n));
        }}
        reading={reading}
      />
    </Section>
  );
}

export function Car({ state, view }: Parts) {
  const own = useLenderWords();
  const { when } = useReading(state);
  const { car, emergency } = view;
  const until = car.locked_until === null ? '' : when(car.locked_until).reader;
  const line = car.is_locked
    ? own.loan.carLocked(until)
    : car.may_be_locked
      ? own.loan.carMayBeLocked(until)
      : own.loan.carStarts;
  return (
    <Section id="car" title={own.loan.car}>
      <p>{line}</p>
      {emergency.until && <p>{own.loan.emergencyUntil(when(emergency.until).reader)}</p>}
      {car.is_distrusted && <p>{own.loan.distrusted}</p>}
    </Section>
  );
}

const NOBODY = '11111111111111111111111111111111';

export function Calls({ state, around, now }: Parts) {
  const own = useLenderWords();
  const { when } = useReading(state);
  const calls = around?.calls ?? [];
  return (
    <Section id="calls" title={own.calls.title}>
      {calls.length === 0 ? (
        <p className="quiet">{own.calls.none}</p>
      ) : (
        <ul className="stack">
          {calls.map((call) => (
            <li key={call.address}>
              <strong>{own.calls.names[call.action]}</strong>{' '}
              {[
                own.calls.asked(when(Number(call.requestedAt)).reader),
                call.expiresAt > BigInt(now) ? own.calls.expires(when(Number(call.expiresAt)).reader) : own.calls.over,
                call.claimKeeper === NOBODY
                  ? own.calls.unclaimed
                  : own.calls.claimed(short(call.claimKeeper), when(Number(call.claimLeaseEnd)).reader),
                own.calls.fee(sol(call.fee)),
              ].join(' · ')}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export const short = (address: string) => `${address.slice(0, 4)}…${address.slice(-4)}`;

export function Notices({ state, servicing }: Parts) {
  const own = useLenderWords();
  const { when, span } = useReading(state);
  const { terms, notices: stored } = state.loan;
  const { notices } = servicing;
  if (terms.minChannels === 0) {
    return (
      <Section id="notices" title={own.notices.title}>
        <p className="quiet">{own.notices.notOwed}</p>
      </Section>
    );
  }
  const rows = [
    ...stored.channels.map((service, bit) => ({
      name: own.notices.channels[bit] ?? '',
      at: Number(service.servedAt),
      counts: notices.channels[bit] ?? false,
    })),
    ...(terms.finalNoticeSecs > 0
      ? [{ name: own.notices.final, at: Number(stored.finalNotice.servedAt), counts: notices.final_counts }]
      : []),
  ];
  return (
    <Section id="notices" title={own.notices.title}>
      <p>{own.notices.needed(terms.minChannels, span(terms.noticeSecs))}</p>
      {terms.finalNoticeSecs > 0 && <p>{own.notices.finalNeeded(span(terms.finalNoticeSecs))}</p>}
      <p>{notices.since === null ? own.notices.notPastDue : own.notices.since(when(notices.since).reader)}</p>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{own.notices.channel}</th>
            <th scope="col">{own.notices.served}</th>
            <th scope="col">{own.notices.state}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, at, counts }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{at === 0 ? own.notices.never : when(at).reader}</td>
              <td>{at === 0 ? '–' : counts ? own.notices.counts : own.notices.countsNot}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {notices.since !== null && (
        <p>
          <strong>
            {notices.matures_at === null ? own.notices.missing : own.notices.matures(when(notices.matures_at).reader)}
          </strong>
        </p>
      )}
      {notices.is_final_next && <p>{own.notices.finalNext}</p>}
    </Section>
  );
}

export function Parties({ state }: Parts) {
  const own = useLenderWords();
  const { loan } = state;
  const rows: [string, string][] = [
    [own.loan.borrower, loan.borrower],
    [own.loan.lender, loan.lender],
    [own.loan.vehicle, loan.vehicle],
    [own.loan.wallet, loan.wallet],
  ];
  return (
    <Section id="parties" title={own.loan.parties}>
      <dl className="stack">
        {rows.map(([name, address]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="address">{address}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
