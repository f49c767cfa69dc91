// A loan as the page shows it: watched, judged by the rules every second, and kept for when there is no node.
import type { Address } from '@solana/kit';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LoanState } from '../../chain/loan';
import { NOTHING_YET, STALE_AFTER, type Watched, watchLoan } from '../../chain/watch';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { RuleError } from '../../rules/rules';
import { forget, recall, remember } from './lastSeen';

/** From this on a node's clock counts as behind, seconds. */
const LAG = 60;

export interface ShownLoan {
  watched: Watched;
  state: LoanState | undefined;
  view: LoanView | undefined;
  /** The rule that keeps the loan from being computed. */
  refused: RuleError | undefined;
  /** The chain's time now, as far as the page knows. */
  now: number;
  /** How long the node has been silent, seconds, once that is too long. */
  staleFor: number | undefined;
  /** How far the node's clock is behind, seconds, once that is too far. */
  lag: number | undefined;
  /** When the kept state was seen, milliseconds, if the page shows one that it kept. */
  keptAt: number | undefined;
  lookNow(): void;
}

export function useLoan(address: Address): ShownLoan {
  const { rules, node } = usePage();
  const [watched, setWatched] = useState<Watched>(NOTHING_YET);
  const [clock, setClock] = useState(() => Date.now());
  const watching = useRef<{ lookNow(): void }>(undefined);
  const kept = useMemo(() => recall(node, address), [node, address]);

  useEffect(() => {
    const end = new AbortController();
    setWatched(NOTHING_YET);
    watching.current = watchLoan(node, address, setWatched, end.signal);
    const ticking = setInterval(() => setClock(Date.now()), 1_000);
    return () => {
      clearInterval(ticking);
      end.abort();
    };
  }, [node, address]);

  useEffect(() => {
    if (watched.state && watched.answeredAt) remember(node, watched.state, watched.answeredAt);
    if (watched.trouble === 'closed') forget(node, address);
  }, [node, address, watched]);

  const isUnreachable = watched.trouble === 'unreachable';
  const isKept = !watched.state && isUnreachable && kept !== undefined;
  const state = watched.state ?? (isKept ? kept?.state : undefined);
  const silence = watched.answeredAt ? Math.max(0, clock - watched.answeredAt) : 0;
  // Without news time goes on for a while only: what is old is shown as it was, and not guessed further.
  const elapsed = Math.floor(Math.min(silence, STALE_AFTER) / 1_000);
  const now = state ? Number(state.now) + (isKept ? 0 : elapsed) : 0;

  const judged = useMemo(() => {
    if (!state) return {};
    try {
      return { view: rules.loan({ ...state.bytes, wallet: state.wallet, now: BigInt(now) }) };
    } catch (error) {
      if (error instanceof RuleError) return { refused: error };
      throw error;
    }
  }, [rules, state, now]);

  const behind =
    watched.answeredAt && watched.state ? Math.floor(watched.answeredAt / 1_000 - Number(watched.state.now)) : 0;
  return {
    watched,
    state,
    view: judged.view,
    refused: judged.refused,
    now,
    staleFor: silence > STALE_AFTER ? Math.floor(silence / 1_000) : undefined,
    // A network of one's own may live in any year.
    lag: watched.network !== 'localnet' && behind > LAG ? behind : undefined,
    keptAt: isKept ? kept?.seenAt : undefined,
    lookNow: useCallback(() => watching.current?.lookNow(), []),
  };
}
