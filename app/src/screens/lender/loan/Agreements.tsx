// What takes the borrower's signature too: the lender signs first and gets a link for the borrower.
import { createNoopSigner, type Instruction } from '@solana/kit';
import { useState } from 'react';
import { getExtendInstruction, getLiftHoldInstruction } from '../../../client';
import { usePage } from '../../../page';
import { useAgreeWords } from '../../../words/agree';
import { useLenderWords } from '../../../words/lender';
import { sol } from '../../../words/money';
import { useSignWords } from '../../../words/sign';
import { NonceActs } from '../../agree/NonceActs';
import { useReading } from '../../borrower/parts';
import { type Offer, OfferDialog } from '../../sign/OfferDialog';
import { useNonce } from '../../sign/useNonce';
import { Act } from './Act';
import type { ActProps } from './Acts';

/** How long an agreement counts, seconds. */
const COUNTS_FOR = 86_400n;

export function Agreements({ state, servicing, now, ...acting }: ActProps) {
  const { node, connected } = usePage();
  const own = useLenderWords();
  const words = useSignWords();
  const { when } = useReading(state);
  const [offer, setOffer] = useState<Offer>();
  const agree = useAgreeWords();
  const nonce = useNonce(state.slot);
  const { loan } = state;
  const parties = () => {
    const signer = connected?.address ?? loan.lender;
    return {
      lenderSigner: createNoopSigner(signer),
      borrower: createNoopSigner(loan.borrower),
      lender: loan.lender,
      loan: state.address,
      wallet: loan.wallet,
      revision: loan.revision,
      deadline: BigInt(now) + COUNTS_FOR,
    };
  };
  const offered = (title: string, line: string, make: (given: ReturnType<typeof parties>) => Instruction) => () => {
    setOffer({ title, lines: [line], instructions: [make(parties())] });
    return undefined;
  };
  const lacks = nonce.hasNonce === false ? words.offer.accountBody(sol(nonce.rent)) : undefined;
  return (
    <>
      <NonceActs nonce={nonce} acting={acting} onPropose={(proposal) => acting.propose(() => proposal)} />
      <Act
        id="extend"
        {...own.act.extend}
        needs="servicer"
        acting={acting}
        refused={servicing.refused.extend}
        lacks={lacks}
        onAct={offered(
          own.act.extend.title,
          words.extend(loan.extensionsUsed + 1, loan.terms.maxExtensions),
          getExtendInstruction,
        )}
      />
      <Act
        id="lift-hold"
        {...own.act.liftHold}
        needs="servicer"
        acting={acting}
        refused={servicing.refused.lift_hold}
        lacks={lacks}
        onAct={offered(
          own.act.liftHold.title,
          words.liftHold(when(Number(loan.holdUntil)).reader),
          getLiftHoldInstruction,
        )}
      />
      <section className="card" aria-labelledby="amend-title">
        <h3 id="amend-title">{agree.amend.title}</h3>
        <p className="quiet">{agree.amend.body}</p>
        <a href={`#/lender/${loan.lender}/loan/${state.address}/amend`}>{agree.amend.open}</a>
      </section>
      {offer && acting.network && (
        <OfferDialog key={node.rpc} offer={offer} network={acting.network} onClose={() => setOffer(undefined)} />
      )}
    </>
  );
}
