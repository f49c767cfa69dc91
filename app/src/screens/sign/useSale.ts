// A buyer, and what the rules say of the sale to it.
import { type Address, isAddress } from '@solana/kit';
import { useEffect, useMemo, useState } from 'react';
import { type Buyer, readBuyer } from '../../chain/buyer';
import { faultOf, type HandedOver, type ReceiptFault } from '../../chain/handOver';
import type { LoanState } from '../../chain/loan';
import { connect } from '../../chain/network';
import { usePage } from '../../page';
import { type SaleView, useChanges } from '../../rules/changes';

/** The lender at an address, read again with each slot; undefined while it is not known. */
export function useBuyer(address: string, slot: bigint): Buyer | 'no_lender' | 'no_functions' | undefined {
  const { node } = usePage();
  const [read, setRead] = useState<{ address: string; found: Buyer | 'no_lender' | 'no_functions' }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each newer slot asks again.
  useEffect(() => {
    if (!isAddress(address)) return;
    let isCurrent = true;
    // A node that cannot say now is asked again with the next slot; what is known stays.
    readBuyer(connect(node).rpc, address).then(
      (found) => isCurrent && setRead({ address, found }),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [node, address, slot]);
  return read?.address === address ? read.found : undefined;
}

/** What the rules say of the sale, on the car's receipt once there is one. */
export function useSale(state: LoanState, buyer: Buyer | undefined, receipt: HandedOver | undefined, now: number) {
  const changes = useChanges();
  return useMemo<SaleView | undefined>(
    () =>
      buyer &&
      changes?.sale({
        ...state.bytes,
        ...buyer.bytes,
        buyer_address: buyer.address,
        device_time: receipt?.deviceTime ?? null,
        now,
      }),
    [changes, state, buyer, receipt, now],
  );
}

/** What is wrong with a receipt; 'checking' while its signature is looked at. */
export function useFault(
  receipt: HandedOver | undefined,
  state: LoanState,
  buyer: Address | undefined,
  keyring: string | undefined,
): ReceiptFault | 'checking' | undefined {
  const [fault, setFault] = useState<ReceiptFault | 'checking' | undefined>('checking');
  const { vehicle } = state.loan;
  const { deviceKey } = state.vehicle;
  useEffect(() => {
    if (!receipt || !buyer || !keyring) return;
    let isCurrent = true;
    setFault('checking');
    faultOf(receipt, { vehicle, deviceKey, buyer, keyring }).then((fault) => isCurrent && setFault(fault));
    return () => {
      isCurrent = false;
    };
  }, [receipt, vehicle, deviceKey, buyer, keyring]);
  return fault;
}
