// A lender with its functions, read every quarter of a minute.
import { type Address, getBase64Encoder } from '@solana/kit';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ACTIONS, type Functions, functionsOf } from '../../chain/around';
import { CLOCK, timeIn } from '../../chain/loan';
import { connect, type Network, type Node, networkOf } from '../../chain/network';
import { sleep } from '../../chain/watch';
import { type Action, getLenderDecoder, type Lender } from '../../client';
import { usePage } from '../../page';

const PAUSE = 15_000;

export interface LenderState {
  lender: Lender;
  functions: Functions;
  /** When a transaction last named each function, Unix seconds. */
  lastUsed: Partial<Record<Action, number>>;
  network: Network;
  now: number;
}

export interface ShownLender {
  state: LenderState | undefined;
  trouble: 'unreachable' | 'absent' | undefined;
  lookNow(): void;
}

class NoLender extends Error {}

export function useLender(address: Address): ShownLender {
  const { node } = usePage();
  const [shown, setShown] = useState<Omit<ShownLender, 'lookNow'>>({ state: undefined, trouble: undefined });
  const wake = useRef<AbortController>(undefined);
  useEffect(() => {
    const end = new AbortController();
    const watch = async () => {
      while (!end.signal.aborted) {
        const pause = new AbortController();
        wake.current = pause;
        try {
          const state = await read(node, address);
          if (!end.signal.aborted) setShown({ state, trouble: undefined });
        } catch (error) {
          const trouble = error instanceof NoLender ? 'absent' : 'unreachable';
          if (!end.signal.aborted) setShown(({ state }) => ({ state, trouble }));
        }
        await sleep(PAUSE, AbortSignal.any([end.signal, pause.signal]));
      }
    };
    void watch();
    return () => end.abort();
  }, [node, address]);
  return { ...shown, lookNow: useCallback(() => wake.current?.abort(), []) };
}

async function read(node: Node, address: Address): Promise<LenderState> {
  const { rpc } = connect(node);
  const [genesis, { value }, functions] = await Promise.all([
    rpc.getGenesisHash().send(),
    rpc.getMultipleAccounts([address, CLOCK], { encoding: 'base64', commitment: 'confirmed' }).send(),
    functionsOf(rpc, address),
  ]);
  const [lender, clock] = value.map((account) => account && getBase64Encoder().encode(account.data[0]));
  if (!lender || !clock) throw new NoLender();
  const lastUsed: LenderState['lastUsed'] = {};
  for (const action of ACTIONS) {
    const found = functions[action];
    if (!found) continue;
    const [last] = await rpc.getSignaturesForAddress(found.address, { limit: 1, commitment: 'confirmed' }).send();
    if (last?.blockTime) lastUsed[action] = Number(last.blockTime);
  }
  return {
    lender: getLenderDecoder().decode(lender),
    functions,
    lastUsed,
    network: networkOf(genesis),
    now: Number(timeIn(clock)),
  };
}
