// Keeps one loan up to date: asks at once, then every few seconds, and sooner when the socket says that it changed.
import type { Address } from '@solana/kit';
import { type LoanState, NoLoan, readLoan, readLoanAgain } from './loan';
import { connect, type Network, type Node, networkOf } from './network';

/** From one look to the next, milliseconds. */
const PAUSE = 3_000;
/** After this long without an answer what is shown is stale, milliseconds. */
export const STALE_AFTER = 15_000;

/** What is known of a loan, and how fresh it is. */
export interface Watched {
  state: LoanState | undefined;
  network: Network | undefined;
  /** When the node last answered, by the reader's clock, milliseconds. */
  answeredAt: number | undefined;
  /** Why there is no answer now. */
  trouble: 'unreachable' | 'absent' | 'not_a_loan' | 'closed' | undefined;
  /** The socket tells of changes at once; without it they are seen a few seconds later. */
  isLive: boolean;
}

export const NOTHING_YET: Watched = {
  state: undefined,
  network: undefined,
  answeredAt: undefined,
  trouble: undefined,
  isLive: false,
};

/** Watches a loan until the signal ends it. `tell` gets every change. */
export function watchLoan(node: Node, address: Address, tell: (watched: Watched) => void, signal: AbortSignal) {
  const { rpc, subscriptions } = connect(node);
  let watched = NOTHING_YET;
  let wake = () => {};
  const update = (change: Partial<Watched>) => {
    if (signal.aborted) return;
    watched = { ...watched, ...change };
    tell(watched);
  };

  const look = async () => {
    try {
      const network = watched.network ?? networkOf(await rpc.getGenesisHash().send());
      const state = watched.state ? await readLoanAgain(rpc, watched.state) : await readLoan(rpc, address);
      // A node that lags behind another must not take back what was already seen.
      if (watched.state && state.slot < watched.state.slot) return;
      update({ state, network, answeredAt: Date.now(), trouble: undefined });
    } catch (error) {
      update({ trouble: error instanceof NoLoan ? error.reason : 'unreachable' });
    }
  };

  const poll = async () => {
    while (!signal.aborted) {
      await look();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PAUSE);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  const listen = async (account: Address) => {
    const pushes = await subscriptions
      .accountNotifications(account, { commitment: 'confirmed', encoding: 'base64' })
      .subscribe({ abortSignal: signal });
    update({ isLive: true });
    for await (const _ of pushes) wake();
  };

  // A socket ends without an error when the node closes it, so both ends lead to the next try.
  const keepListening = async () => {
    for (let pause = 1_000; !signal.aborted; pause = Math.min(pause * 2, 60_000)) {
      while (!watched.state && !signal.aborted) await sleep(500, signal);
      const accounts = watched.state ? [address, watched.state.loan.vehicle, watched.state.loan.wallet] : [];
      await Promise.race(accounts.map((account) => listen(account).catch(() => undefined)));
      update({ isLive: false });
      await sleep(pause, signal);
    }
  };

  signal.addEventListener('abort', () => wake());
  void poll();
  void keepListening();
  return { lookNow: () => wake() };
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
