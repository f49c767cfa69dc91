// What an amendment does, as both parties read it before they sign.
import type { Terms } from '../../client';
import type { Amended } from '../../rules/answers';
import { useAgreeWords } from '../../words/agree';
import type { Reading } from '../borrower/parts';
import { CostView } from './CostView';
import { ChangesView } from './TermsView';

interface Props {
  before: Terms;
  terms: Terms;
  forgivePrincipal: bigint;
  forgiveInterest: bigint;
  said: Amended;
  decimals: number;
  reading: Reading;
}

export function Amendment({ before, terms, forgivePrincipal, forgiveInterest, said, decimals, reading }: Props) {
  const own = useAgreeWords();
  return (
    <>
      <ChangesView before={before} after={terms} changes={said.changes} decimals={decimals} />
      {forgivePrincipal > 0n && <p>{own.amend.principalLine(reading.amount(forgivePrincipal))}</p>}
      {forgiveInterest > 0n && <p>{own.amend.interestLine(reading.amount(forgiveInterest))}</p>}
      {said.cost ? (
        <CostView title={own.cost.rest} cost={said.cost} aprPpm={terms.aprPpm} decimals={decimals} reading={reading} />
      ) : (
        !said.refused && <p>{own.amend.nothingLeft}</p>
      )}
    </>
  );
}
