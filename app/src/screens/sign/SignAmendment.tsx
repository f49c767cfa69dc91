// New terms that both parties sign: beside the old ones, with what the rest costs.
import { getBase64Decoder } from '@solana/kit';
import type { LoanState } from '../../chain/loan';
import type { Network } from '../../chain/network';
import { getTermsEncoder } from '../../client';
import { usePage } from '../../page';
import { useChanges } from '../../rules/changes';
import { useSignWords } from '../../words/sign';
import { Amendment } from '../agree/Amendment';
import { useReadingOf } from '../borrower/parts';
import type { Offered } from './offered';
import { SignOffer } from './SignOffer';
import { useStale } from './useStale';
import '../../design/lender.css';

interface Props {
  offered: Extract<Offered, { kind: 'amend' }>;
  state: LoanState;
  now: number;
  network: Network;
}

export function SignAmendment({ offered, state, now, network }: Props) {
  const { words } = usePage();
  const own = useSignWords();
  const changes = useChanges();
  const { terms, forgivePrincipal, forgiveInterest } = offered.amendment;
  const { decimals } = state.mint;
  const reading = useReadingOf(decimals, terms.calendar.utcOffsetSecs);
  const stale = useStale({ offered, state, now });
  if (!changes) return <p role="status">{words.loading}</p>;
  const said = changes.amendment({
    loan: state.bytes.loan,
    lender: state.bytes.lender,
    wallet: state.wallet,
    terms: getBase64Decoder().decode(getTermsEncoder().encode(terms)),
    forgive_principal: forgivePrincipal,
    forgive_interest: forgiveInterest,
    decimals,
    now: BigInt(now),
  });
  return (
    <SignOffer
      offered={offered}
      network={network}
      lines={[own.loan(offered.loan), own.deadline(reading.when(offered.deadline).reader)]}
      refused={stale ?? (said.refused ? words.failed.rule(said.refused) : undefined)}
      details={
        <Amendment {...offered.amendment} before={state.loan.terms} said={said} decimals={decimals} reading={reading} />
      }
    />
  );
}
