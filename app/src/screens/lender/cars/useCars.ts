// The cars of a lender, read when the screen opens and after each change.
import { type Address, getBase64Encoder } from '@solana/kit';
import { useCallback, useEffect, useState } from 'react';
import { vehiclesOf } from '../../../chain/find';
import { connect } from '../../../chain/network';
import { getVehicleDecoder, type Vehicle } from '../../../client';
import { usePage } from '../../../page';
import { NOBODY } from '../settings/setting';

export interface Car {
  address: Address;
  vehicle: Vehicle;
  /** As the rules read it, base64. */
  bytes: string;
  loan: Address | undefined;
}

export function useCars(lender: Address) {
  const { node } = usePage();
  const [cars, setCars] = useState<Car[]>();
  const [isUnreachable, setIsUnreachable] = useState(false);
  const [reads, setReads] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `reads` asks for one more.
  useEffect(() => {
    let isCurrent = true;
    vehiclesOf(connect(node).rpc, lender).then(
      (found) => {
        if (!isCurrent) return;
        setIsUnreachable(false);
        setCars(
          found.map(({ address, data }) => {
            const vehicle = getVehicleDecoder().decode(getBase64Encoder().encode(data));
            const loan = vehicle.activeLoan === NOBODY ? undefined : vehicle.activeLoan;
            return { address, vehicle, bytes: data, loan };
          }),
        );
      },
      () => isCurrent && setIsUnreachable(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [node, lender, reads]);
  return { cars, isUnreachable, readAgain: useCallback(() => setReads((reads) => reads + 1), []) };
}
