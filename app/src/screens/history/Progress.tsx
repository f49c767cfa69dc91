// How far the transactions of an address are read, and how to go on.
import { useHistoryWords } from '../../words/history';
import type { Transactions } from './useTransactions';

/** What is being read, and what stands in the way. */
export function Progress({ read }: { read: Transactions }) {
  const words = useHistoryWords();
  return (
    <>
      <p role="status" className={read.isReading || read.isRead ? 'quiet' : 'sr'}>
        {read.isReading ? words.reading : read.isRead && read.transactions.length === 0 ? words.none : ''}
      </p>
      {read.trouble && <p role="alert">{read.trouble === 'no_history' ? words.noHistory : words.unreachable}</p>}
      {read.trouble && (
        <button type="button" disabled={read.isReading} onClick={read.readOlder}>
          {words.again}
        </button>
      )}
      {read.lost > 0 && <p role="alert">{words.lost(read.lost)}</p>}
    </>
  );
}

export function Older({ read }: { read: Transactions }) {
  const words = useHistoryWords();
  if (read.isEnd || read.trouble) return null;
  return (
    <button type="button" disabled={read.isReading} onClick={read.readOlder}>
      {words.older}
    </button>
  );
}
