// Payments that reached the treasury, by the week, as bars and as a table.
import type { Address } from '@solana/kit';
import { useMemo } from 'react';
import { usePage } from '../../../page';
import type { Past } from '../../../rules/past';
import { momentForm } from '../../../words/formats';
import { useHistoryWords } from '../../../words/history';
import { money } from '../../../words/money';
import { Section } from '../../borrower/parts';
import { Older, Progress } from '../../history/Progress';
import { usePast } from '../../history/usePast';
import { useTransactions } from '../../history/useTransactions';
import { save } from '../csv';
import { bars } from '../health';
import { receivedCsv, weeksOf } from './weeks';

const [WIDE, HIGH, GAP] = [320, 100, 2];

interface Props {
  treasury: Address;
  decimals: number;
  /** The chain's time when the portfolio was last read. */
  now: number;
}

export function Received(props: Props) {
  const { words: page } = usePage();
  const words = useHistoryWords();
  const past = usePast();
  return (
    <Section id="received" title={words.received.title}>
      <p className="quiet">
        {words.received.body} {words.received.treasury}
      </p>
      {past === undefined && <p role="status">{words.reading}</p>}
      {past === 'failed' && <p role="alert">{page.trouble.rules}</p>}
      {past !== undefined && past !== 'failed' && <Weeks past={past} {...props} />}
    </Section>
  );
}

function Weeks({ past, treasury, decimals, now }: Props & { past: Past }) {
  const { words: page } = usePage();
  const words = useHistoryWords();
  const read = useTransactions(treasury, `${now}`);
  const sent = useMemo(() => past.sent(treasury, read.transactions), [past, treasury, read.transactions]);
  const weeks = weeksOf(sent, now, read.isEnd);
  const day = (unix: number) => momentForm(page.locale, { dateStyle: 'medium' }).format(unix * 1_000);
  // Cents are fine enough for a bar, and their number fits into 53 bits.
  const heights = bars(
    weeks.map(({ amount }) => Number(amount / 10n ** BigInt(Math.max(0, decimals - 2)))),
    HIGH,
  );
  const width = WIDE / Math.max(1, weeks.length);
  return (
    <>
      <Progress read={read} />
      {read.isRead && sent.length === 0 && <p>{words.received.none}</p>}
      {sent.length > 0 && (
        <div className="tiles">
          {/* The table says the same. */}
          <svg className="chart" viewBox={`0 0 ${WIDE} ${HIGH}`} aria-hidden="true" focusable="false">
            {weeks.map(({ from }, index) => {
              const height = heights[index] ?? 0;
              return (
                <rect
                  key={from}
                  className="bar"
                  x={index * width}
                  y={HIGH - height}
                  width={Math.max(1, width - GAP)}
                  height={height}
                />
              );
            })}
          </svg>
          <table className="plain">
            <caption className="sr">{words.received.title}</caption>
            <thead>
              <tr>
                <th scope="col">{words.received.week}</th>
                <th scope="col" className="number">
                  {words.received.payments}
                </th>
                <th scope="col" className="number">
                  {words.received.amount}
                </th>
              </tr>
            </thead>
            <tbody>
              {[...weeks].reverse().map(({ from, payments, amount, isPartly }) => (
                <tr key={from}>
                  <th scope="row">
                    {day(from)} {isPartly && <span className="quiet">({words.received.partly})</span>}
                  </th>
                  <td className="number">{payments}</td>
                  <td className="number">{money(amount, decimals, page.locale)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="row">
        <Older read={read} />
        <button
          type="button"
          disabled={sent.length === 0}
          onClick={() => save('payments.csv', receivedCsv(sent, decimals))}
        >
          {words.received.csv}
        </button>
      </div>
    </>
  );
}
