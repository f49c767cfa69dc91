// Small pieces of the borrower's page.
import type { LoanState } from '../../chain/loan';
import { usePage } from '../../page';
import { momentForm } from '../../words/formats';
import { money, upToCent } from '../../words/money';
import { moment, span } from '../../words/time';
import type { TimelineMoment } from './timeline';

/** How this loan's amounts and moments read. */
export function useReading(state: LoanState) {
  return useReadingOf(state.mint.decimals, state.loan.terms.calendar.utcOffsetSecs);
}

/** The same of a loan that is not written: the decimals of its money, and how far the borrower's time is ahead of UTC. */
export function useReadingOf(decimals: number, zone: number) {
  const { words } = usePage();
  return {
    /** An amount as it stands. */
    amount: (units: bigint | string) => money(BigInt(units), decimals, words.locale),
    /** An amount to pay: whole cents, never too little. */
    toPay: (units: bigint | string) => money(upToCent(BigInt(units), decimals), decimals, words.locale),
    when: (unix: number) => moment(unix, zone, words.locale),
    day: (unix: number) => momentForm(words.locale, { day: 'numeric', month: 'short' }).format(unix * 1000),
    date: (unix: number) => momentForm(words.locale, { dateStyle: 'medium' }).format(unix * 1000),
    span: (seconds: number) => span(seconds, words.locale),
  };
}

export type Reading = ReturnType<typeof useReading>;

/** A moment in the reader's zone, the contract's own below it where it reads differently. */
export function When({ unix, reading }: { unix: number; reading: Reading }) {
  const { words } = usePage();
  const { reader, contract } = reading.when(unix);
  return (
    <>
      <time dateTime={new Date(unix * 1000).toISOString()}>{reader}</time>
      {contract && <span className="quiet"> ({words.contractZone(contract)})</span>}
    </>
  );
}

/** What comes next, in its order, each in words and with its time where it has one; `none` where nothing does. */
export function Timeline({
  moments,
  none,
  say,
  reading,
}: {
  moments: TimelineMoment[];
  none: string;
  say: (moment: TimelineMoment) => string;
  reading: Reading;
}) {
  if (moments.length === 0) return <p className="quiet">{none}</p>;
  return (
    <ol className="timeline">
      {moments.map((moment) => (
        <li key={moment.kind}>
          <strong>{say(moment)}</strong>
          {moment.at !== undefined && (
            <span className="quiet">
              <When unix={moment.at} reading={reading} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** A section with a heading. */
export function Section({ id, title, children }: { id: string; title: string; children: React.ReactNode }) {
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
