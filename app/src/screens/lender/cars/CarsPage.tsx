// A lender's cars: registered, given another device, distrusted, retired.
import type { Address } from '@solana/kit';
import { useState } from 'react';
import { usePage } from '../../../page';
import { useChanges } from '../../../rules/changes';
import { useCarWords } from '../../../words/cars';
import { useLenderWords } from '../../../words/lender';
import { Confirm, type Proposal } from '../../Confirm';
import { type Offer, OfferDialog } from '../../sign/OfferDialog';
import { WalletCard } from '../../WalletCard';
import { roleOf } from '../loan/deal';
import { useLender } from '../useLender';
import { CarCard } from './CarCard';
import { RegisterAct } from './RegisterAct';
import { useCars } from './useCars';

/** So many are shown at once; the search finds the rest. */
const SHOWN = 25;

export function CarsPage({ lender }: { lender: Address }) {
  const { words, connected, node } = usePage();
  const [own, lenders] = [useCarWords(), useLenderWords()];
  const changes = useChanges();
  const { state, trouble, lookNow } = useLender(lender);
  const { cars, isUnreachable, readAgain } = useCars(lender);
  const [search, setSearch] = useState('');
  const [proposal, setProposal] = useState<Proposal>();
  const [offer, setOffer] = useState<Offer>();
  const text = search.trim();
  const found = (cars ?? []).filter(
    ({ address, vehicle }) => text === '' || address.includes(text) || vehicle.deviceKey.includes(text),
  );
  const isOld = trouble !== undefined || isUnreachable;
  const acting = {
    role: state && roleOf(connected?.address, state.lender),
    blocked: isOld ? lenders.who.old : connected ? undefined : lenders.who.connect,
  };
  return (
    <main className="stack">
      <p>
        <a href={`#/lender/${lender}`}>{lenders.loan.back}</a>
      </p>
      <h1 className="headline">{own.title}</h1>
      {isOld && (
        <p role="alert" className="banner bad">
          {trouble === 'absent' ? lenders.functions.absent : words.failed.unreachable}
        </p>
      )}
      {!(state && cars && changes) && !isOld && <p role="status">{words.loading}</p>}
      {state && cars && changes && (
        <>
          <label>
            {own.search}
            <input autoComplete="off" value={search} onChange={(event) => setSearch(event.target.value)} />
          </label>
          <p role="status">{cars.length === 0 ? own.none : own.count(Math.min(found.length, SHOWN), cars.length)}</p>
          <section className="stack" aria-labelledby="changes">
            <h2 id="changes">{own.change}</h2>
            <div className="tiles">
              <RegisterAct lender={lender} acting={acting} signer={connected?.address} onPropose={setProposal} />
              {found.slice(0, SHOWN).map((car) => (
                <CarCard
                  key={car.address}
                  car={car}
                  lender={lender}
                  now={state.now}
                  changes={changes}
                  acting={acting}
                  signer={connected?.address}
                  onPropose={setProposal}
                  onOffer={setOffer}
                />
              ))}
            </div>
          </section>
          <WalletCard network={state.network} />
          {proposal && (
            <Confirm
              proposal={proposal}
              network={state.network}
              onDone={() => {
                lookNow();
                readAgain();
              }}
              onClose={() => setProposal(undefined)}
            />
          )}
          {offer && (
            <OfferDialog
              key={`${node.rpc} ${connected?.address}`}
              offer={offer}
              network={state.network}
              onClose={() => setOffer(undefined)}
            />
          )}
        </>
      )}
    </main>
  );
}
