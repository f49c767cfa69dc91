// What a new loan depends on, read every quarter of a minute.
import type { Address } from '@solana/kit';
import { useCallback, useEffect, useRef, useState } from 'react';
import { connect } from '../../chain/network';
import { type BeforeLoan, NoLender, readBeforeLoan } from '../../chain/origination';
import { sleep } from '../../chain/watch';
import { usePage } from '../../page';

const PAUSE = 15_000;

export interface ShownBefore {
  before: BeforeLoan | undefined;
  trouble: 'unreachable' | 'absent' | undefined;
  lookNow(): void;
}

export function useBeforeLoan(lender: Address, vehicle: Address | undefined, seller: Address | undefined): ShownBefore {
  const { node } = usePage();
  const [shown, setShown] = useState<Omit<ShownBefore, 'lookNow'>>({ before: undefined, trouble: undefined });
  const wake = useRef<AbortController>(undefined);
  useEffect(() => {
    const end = new AbortController();
    const watch = async () => {
      while (!end.signal.aborted) {
        const pause = new AbortController();
        wake.current = pause;
        try {
          const before = await readBeforeLoan(connect(node).rpc, lender, { vehicle, seller });
          if (!end.signal.aborted) setShown({ before, trouble: undefined });
        } catch (error) {
          const trouble = error instanceof NoLender ? 'absent' : 'unreachable';
          if (!end.signal.aborted) setShown(({ before }) => ({ before, trouble }));
        }
        await sleep(PAUSE, AbortSignal.any([end.signal, pause.signal]));
      }
    };
    void watch();
    return () => end.abort();
  }, [node, lender, vehicle, seller]);
  return { ...shown, lookNow: useCallback(() => wake.current?.abort(), []) };
}
