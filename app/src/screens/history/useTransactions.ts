// The transactions of one address as far as they were read: the newest page at once, older ones when the reader asks.
import type { Address, Signature } from '@solana/kit';
import { useCallback, useEffect, useRef, useState } from 'react';
import { NoHistory, readPage, type Stretch, type Transaction } from '../../chain/history';
import { connect } from '../../chain/network';
import { usePage } from '../../page';

export interface Read {
  /** From the oldest to the newest. */
  transactions: readonly Transaction[];
  /** Whether anything was read yet. */
  isRead: boolean;
  isReading: boolean;
  /** The node remembers nothing older. */
  isEnd: boolean;
  /** Transactions that the node lists and does not give. */
  lost: number;
  trouble: 'unreachable' | 'no_history' | undefined;
}

const NOTHING: Read = {
  transactions: [],
  isRead: false,
  isReading: false,
  isEnd: false,
  lost: 0,
  trouble: undefined,
};

export interface Transactions extends Read {
  readOlder(): void;
}

/** Reads `address`, and what is new whenever `version` changes. `account` is the token account whose amounts matter. */
export function useTransactions(address: Address, version: string, account?: Address): Transactions {
  const { node } = usePage();
  const [read, setRead] = useState<Read>(NOTHING);
  const work = useRef<Work>(undefined);

  useEffect(() => {
    const started = new Work(address, account, node, setRead);
    work.current = started;
    return () => started.end();
  }, [node, address, account]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version means that there is something new to read
  useEffect(() => {
    work.current?.readNewer();
  }, [node, address, account, version]);

  return { ...read, readOlder: useCallback(() => work.current?.readOlder(), []) };
}

/** One reading after the other, so that no two overlap. */
class Work {
  private readonly ending = new AbortController();
  private read: Read = NOTHING;
  private cursor: Signature | undefined;
  private newest: Signature | undefined;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly address: Address,
    private readonly account: Address | undefined,
    private readonly node: Parameters<typeof connect>[0],
    private readonly tell: (read: Read) => void,
  ) {
    this.tell(NOTHING);
  }

  end() {
    this.ending.abort();
  }

  /** What is newer than what was read; the newest page if nothing was. */
  readNewer() {
    this.next(async () => {
      if (!this.read.isRead) return this.first();
      const stretch = await this.page({ until: this.newest });
      this.add(stretch, [...this.read.transactions, ...stretch.transactions]);
    });
  }

  readOlder() {
    this.next(async () => {
      if (!this.read.isRead) return this.first();
      if (this.read.isEnd) return;
      const stretch = await this.page({ before: this.cursor });
      this.add(stretch, [...stretch.transactions, ...this.read.transactions], stretch.isEnd);
      this.cursor = stretch.cursor ?? this.cursor;
    });
  }

  private async first() {
    const stretch = await this.page({});
    this.add(stretch, stretch.transactions, stretch.isEnd);
    this.cursor = stretch.cursor;
  }

  private page(bounds: Parameters<typeof readPage>[2]) {
    return readPage(connect(this.node).rpc, this.address, bounds, this.ending.signal, this.account);
  }

  private add(stretch: Stretch, transactions: readonly Transaction[], isEnd = this.read.isEnd) {
    this.newest = transactions.at(-1)?.signature as Signature | undefined;
    this.update({ transactions, isRead: true, isEnd, lost: this.read.lost + stretch.lost });
  }

  private next(step: () => Promise<void>) {
    this.queue = this.queue.then(async () => {
      if (this.ending.signal.aborted) return;
      this.update({ isReading: true, trouble: undefined });
      try {
        await step();
      } catch (error) {
        this.update({ trouble: error instanceof NoHistory ? 'no_history' : 'unreachable' });
      }
      this.update({ isReading: false });
    });
  }

  private update(change: Partial<Read>) {
    if (this.ending.signal.aborted) return;
    this.read = { ...this.read, ...change };
    this.tell(this.read);
  }
}
