// The last known state of a loan, kept in this browser for when there is no node.
import type { Address } from '@solana/kit';
import { decodeState, type LoanState, type StoredLoan } from '../../chain/loan';
import { hostOf, type Node } from '../../chain/network';

interface Kept extends StoredLoan {
  seenAt: number;
}

const keyOf = (node: Node, address: Address) => `latchkey:loan:${hostOf(node.rpc)}:${address}`;

/** Keeps a state. A browser that allows no storage keeps nothing, and everything else works. */
export function remember(node: Node, state: LoanState, seenAt: number): void {
  const { address, bytes, mint } = state;
  const kept = { address, bytes, mint, seenAt, wallet: `${state.wallet}`, now: `${state.now}`, slot: `${state.slot}` };
  try {
    localStorage.setItem(keyOf(node, address), JSON.stringify(kept satisfies Kept));
  } catch {
    // Full, or forbidden.
  }
}

/** The state that was kept, if it can still be read. */
export function recall(node: Node, address: Address): { state: LoanState; seenAt: number } | undefined {
  try {
    const text = localStorage.getItem(keyOf(node, address));
    if (!text) return undefined;
    const kept = JSON.parse(text) as Kept;
    return { state: decodeState(kept), seenAt: kept.seenAt };
  } catch {
    return undefined;
  }
}

export function forget(node: Node, address: Address): void {
  localStorage.removeItem(keyOf(node, address));
}
