// The lender's calls as far as they were read, with a verdict on each receipt.
import type { Address } from '@solana/kit';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type CallsRead, CallsReader } from '../../../chain/calls';
import { NoHistory } from '../../../chain/history';
import { connect, type Network, networkOf } from '../../../chain/network';
import { type Verdict, verdictOn } from '../../../chain/receipts';
import { usePage } from '../../../page';
import type { Call, Past } from '../../../rules/past';

export interface ShownCalls {
  /** The newest first; none until something was read. */
  calls: readonly Call[] | undefined;
  /** By the call's address; a receipt that is still being verified is missing. */
  verdicts: ReadonlyMap<string, Verdict>;
  read: CallsRead | undefined;
  network: Network | undefined;
  isReading: boolean;
  trouble: 'unreachable' | 'no_history' | undefined;
  readMore(): void;
}

interface State {
  read: CallsRead | undefined;
  network: Network | undefined;
  isReading: boolean;
  trouble: ShownCalls['trouble'];
}

const NOTHING: State = { read: undefined, network: undefined, isReading: true, trouble: undefined };

export function useCalls(lender: Address, past: Past): ShownCalls {
  const { node } = usePage();
  const [state, setState] = useState<State>(NOTHING);
  const step = useRef<() => void>(undefined);

  useEffect(() => {
    const end = new AbortController();
    const { rpc } = connect(node);
    const reader = new CallsReader(rpc, lender, end.signal);
    const update = (change: Partial<State>) => {
      if (!end.signal.aborted) setState((known) => ({ ...known, ...change }));
    };
    setState(NOTHING);
    let isReading = false;
    step.current = async () => {
      if (isReading) return;
      isReading = true;
      update({ isReading: true, trouble: undefined });
      try {
        update({ network: networkOf(await rpc.getGenesisHash().send()), read: await reader.readMore() });
      } catch (error) {
        update({ trouble: error instanceof NoHistory ? 'no_history' : 'unreachable' });
      }
      isReading = false;
      update({ isReading: false });
    };
    step.current();
    return () => end.abort();
  }, [node, lender]);

  const { read } = state;
  const told = useMemo(() => read && past.calls(read.transactions), [past, read]);
  const calls = useMemo(() => told && [...told.calls].reverse(), [told]);
  const [verdicts, setVerdicts] = useState<ReadonlyMap<string, Verdict>>(new Map());

  useEffect(() => {
    if (!read || !told) return;
    let isOld = false;
    const verify = async () => {
      const found = new Map<string, Verdict>();
      for (const call of told.calls) {
        const transaction = read.transactions.find(({ signature }) => signature === call.end?.signature);
        const car = read.cars.find(({ address }) => address === call.of?.vehicle);
        if (call.end?.kind !== 'settled' || !transaction || !car) continue;
        const had = told.device_keys.filter(({ vehicle }) => vehicle === car.address).map(({ key }) => key);
        const keys = { current: car.deviceKey, earlier: [car.firstDeviceKey, ...had] };
        found.set(call.invocation, await verdictOn(call, transaction.bytes, keys));
      }
      if (!isOld) setVerdicts(found);
    };
    void verify();
    return () => {
      isOld = true;
    };
  }, [read, told]);

  return { ...state, calls, verdicts, readMore: useCallback(() => step.current?.(), []) };
}
