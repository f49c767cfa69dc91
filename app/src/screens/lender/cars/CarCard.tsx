// One car as its lender sees it; what can be changed of it opens on demand.
import type { Address } from '@solana/kit';
import { useState } from 'react';
import type { Changes } from '../../../rules/changes';
import { useCarWords } from '../../../words/cars';
import type { Proposal } from '../../Confirm';
import type { Offer } from '../../sign/OfferDialog';
import type { Acting } from '../loan/Act';
import { hex } from '../loan/proposals';
import { short } from '../loan/Sections';
import { CarActs } from './CarActs';
import type { Car } from './useCars';

export interface CarProps {
  car: Car;
  lender: Address;
  now: number;
  changes: Changes;
  acting: Pick<Acting, 'role' | 'blocked'>;
  signer: Address | undefined;
  onPropose(proposal: Proposal): void;
  onOffer(offer: Offer): void;
}

export function CarCard(props: CarProps) {
  const own = useCarWords();
  const [isOpen, setIsOpen] = useState(false);
  const { car, lender } = props;
  const { address, vehicle, loan } = car;
  const states = [
    vehicle.retired ? own.states.retired : loan ? own.states.lent : own.states.free,
    ...(vehicle.distrusted ? [own.states.distrusted] : []),
  ];
  const rows: [string, string][] = [
    [own.address, address],
    [own.deviceKey, vehicle.deviceKey],
    [own.vin, hex(new Uint8Array(vehicle.vinCommitment))],
  ];
  return (
    <section className="card stack" aria-labelledby={`car-${address}`}>
      <h3 id={`car-${address}`}>{own.car(short(address))}</h3>
      <p>
        {own.state}: {states.join(', ')}
      </p>
      <dl className="stack">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="address">{value}</dd>
          </div>
        ))}
      </dl>
      {loan && <a href={`#/lender/${lender}/loan/${loan}`}>{own.loan}</a>}
      <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {own.changeIt}
      </button>
      {isOpen && <CarActs {...props} />}
    </section>
  );
}
