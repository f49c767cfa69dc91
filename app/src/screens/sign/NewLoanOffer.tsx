// A new loan, as the borrower reads it before the last signature: who, what, when, and what it costs.
import { getBase64Decoder } from '@solana/kit';
import { type BeforeLoan, offerOf } from '../../chain/origination';
import { getTermsEncoder } from '../../client';
import { usePage } from '../../page';
import { useChanges } from '../../rules/changes';
import { useAgreeWords } from '../../words/agree';
import { CostView } from '../agree/CostView';
import { partiesInWords } from '../agree/parties';
import { TermsView } from '../agree/TermsView';
import { useBeforeLoan } from '../agree/useBeforeLoan';
import { useReadingOf } from '../borrower/parts';
import type { Offered } from './offered';
import { SignOffer } from './SignOffer';
import '../../design/lender.css';

type NewLoan = Extract<Offered, { kind: 'originate' }>;

export function NewLoanOffer({ offered }: { offered: NewLoan }) {
  const { words } = usePage();
  const own = useAgreeWords();
  const { before, trouble } = useBeforeLoan(offered.lender, offered.vehicle, offered.seller);
  if (!before) {
    const text = trouble === 'absent' ? own.originate.absent : trouble ? words.failed.unreachable : words.loading;
    return <p role="status">{text}</p>;
  }
  return <Offer offered={offered} before={before} />;
}

function Offer({ offered, before }: { offered: NewLoan; before: BeforeLoan }) {
  const { words } = usePage();
  const own = useAgreeWords();
  const changes = useChanges();
  const { terms } = offered;
  const { car, seller, mint } = before;
  const reading = useReadingOf(mint.decimals, terms.calendar.utcOffsetSecs);
  if (!changes) return <p role="status">{words.loading}</p>;
  const said =
    car &&
    changes.origination({
      terms: getBase64Decoder().decode(getTermsEncoder().encode(terms)),
      lender: before.bytes,
      vehicle: car.bytes,
      ...offerOf(before.functions),
      escrow: offered.escrow,
      decimals: mint.decimals,
      now: BigInt(before.now),
    });
  const refused = (): string | undefined => {
    if (!car) return own.originate.noVehicle;
    if (car.loan !== offered.loan) return own.originate.written;
    // The amounts are shown with the decimals of the lender's money: the transaction must be about that.
    if (offered.mint !== mint.address) return own.originate.sellerOther;
    return said?.refused ? words.failed.rule(said.refused) : undefined;
  };
  const parties = {
    ...offered,
    sellerOwner: offered.sellerIsNewFor ?? (seller?.exists ? seller.owner : undefined),
    isSellerNew: offered.sellerIsNewFor !== undefined,
    principal: terms.principal,
    unlockUri: offerOf(before.functions).unlock_uri,
  };
  return (
    <SignOffer
      offered={offered}
      network={before.network}
      lines={[...partiesInWords(parties, own, reading), own.originate.openBorrower]}
      refused={refused()}
      details={
        <>
          {said?.cost && (
            <CostView
              title={own.cost.title}
              cost={said.cost}
              aprPpm={terms.aprPpm}
              decimals={mint.decimals}
              reading={reading}
            />
          )}
          <TermsView terms={terms} reading={reading} />
        </>
      }
      done={<a href={`#/loan/${offered.loan}`}>{own.originate.toLoan}</a>}
    />
  );
}
