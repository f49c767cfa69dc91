// What stands around a loan, read again whenever the loan was.
import { useEffect, useState } from 'react';
import { type Around, readAround } from '../../../chain/around';
import type { LoanState } from '../../../chain/loan';
import { connect } from '../../../chain/network';
import { usePage } from '../../../page';

export function useAround(state: LoanState | undefined): Around | undefined {
  const { node } = usePage();
  const [around, setAround] = useState<Around>();
  const { address, loan, slot } = state ?? {};
  const lender = loan?.lender;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each newer slot asks again.
  useEffect(() => {
    if (!address || !lender) return;
    let isCurrent = true;
    // A node that cannot say now is asked again with the next slot; what is known stays.
    readAround(connect(node).rpc, address, lender).then(
      (read) => isCurrent && setAround(read),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [node, address, lender, slot]);
  return around;
}
