// Every payment of a loan with its day, its amount and what it went to, read from the transactions of the car wallet.
import { useMemo } from 'react';
import type { LoanState } from '../../chain/loan';
import type { Network } from '../../chain/network';
import { usePage } from '../../page';
import type { Line, Parts, Past, Payments as Told } from '../../rules/past';
import { useHistoryWords } from '../../words/history';
import { type Reading, Section, useReading } from '../borrower/parts';
import { BalanceChart } from './BalanceChart';
import { Older, Progress } from './Progress';
import { TransactionLink } from './TransactionLink';
import { usePast } from './usePast';
import { type Transactions, useTransactions } from './useTransactions';
import '../../design/history.css';

interface Props {
  state: LoanState;
  network: Network;
  now: number;
}

export default function Payments(props: Props) {
  const words = useHistoryWords();
  const { words: page } = usePage();
  const past = usePast();
  return (
    <Section id="payments" title={words.title}>
      <p className="quiet">{words.body}</p>
      {past === undefined && <p role="status">{words.reading}</p>}
      {past === 'failed' && <p role="alert">{page.trouble.rules}</p>}
      {past !== undefined && past !== 'failed' && <Lines past={past} {...props} />}
    </Section>
  );
}

function Lines({ past, state, network, now }: Props & { past: Past }) {
  const reading = useReading(state);
  const { ledger, wallet } = state.loan;
  // Whatever moves money changes one of these.
  const version = [state.wallet, ledger.principalPaid, ledger.interestPaid, ledger.feesPaid, ledger.fees].join();
  const read = useTransactions(wallet, version, wallet);
  const { address, mint, bytes, wallet: held } = state;
  const told = useMemo(
    () => past.payments({ address, mint: mint.address, loan: bytes.loan, wallet: held }, read.transactions),
    [past, address, mint.address, bytes.loan, held, read.transactions],
  );
  // The newest has the number 1, so that a line keeps its number when older ones are read.
  const lines = told.lines.map((line, index) => ({ line, key: told.lines.length - index })).reverse();
  return (
    <>
      <Progress read={read} />
      {read.isRead && (
        <>
          <Whole told={told} read={read} reading={reading} />
          <BalanceChart lines={told.lines} now={now} reading={reading} />
          <ol className="stack payments">
            {lines.map(({ line, key }) => (
              <LineItem key={key} line={line} network={network} reading={reading} />
            ))}
          </ol>
          <Older read={read} />
        </>
      )}
    </>
  );
}

/** Whether the lines are all of the loan's; where not, what is missing and why. */
function Whole({ told, read, reading }: { told: Told; read: Transactions; reading: Reading }) {
  const words = useHistoryWords();
  const { fees, interest, principal, came_in: cameIn } = told.missing;
  const parts = [fees, interest, principal].map(BigInt);
  const paid = parts.reduce((sum, part) => sum + part, 0n);
  const all = [...parts, BigInt(cameIn)];
  // While something new is being read, the totals are ahead of the lines.
  if (read.isReading) return null;
  if (all.some((part) => part < 0n)) return <p role="alert">{words.tooMuch}</p>;
  if (all.every((part) => part === 0n)) return <p>{words.whole}</p>;
  const { amount } = reading;
  return (
    <div className="stack">
      {paid > 0n && <p>{words.missing(amount(paid), amount(fees), amount(interest), amount(principal))}</p>}
      {BigInt(cameIn) > 0n && <p>{words.missingIn(amount(cameIn))}</p>}
      <p>{read.isEnd ? words.notKept : words.notAsked}</p>
    </div>
  );
}

/** A payment is shown as one amount with its parts. */
const total = ({ fees, interest, principal }: Parts) => BigInt(fees) + BigInt(interest) + BigInt(principal);

function LineItem({ line, network, reading }: { line: Line; network: Network; reading: Reading }) {
  const words = useHistoryWords();
  const { amount, date } = reading;
  const split =
    'principal' in line ? words.split(amount(line.fees), amount(line.interest), amount(line.principal)) : '';
  const sum = 'principal' in line ? total(line) : BigInt(line.amount);
  return (
    <li data-kind={line.kind}>
      <span>
        {line.time === null ? (
          words.dayUnknown
        ) : (
          <time dateTime={new Date(line.time * 1000).toISOString()}>{date(line.time)}</time>
        )}
      </span>
      <strong className="number">{amount(sum)}</strong>
      <span className="what">{words.kinds[line.kind]}</span>
      {(split || line.owed !== null) && (
        <span className="quiet what">
          {[split, line.owed === null ? '' : words.left(amount(line.owed))].filter(Boolean).join('; ')}
        </span>
      )}
      <span className="what">
        <TransactionLink signature={line.signature} network={network} />
      </span>
    </li>
  );
}
