// The loan moves to another wallet of the borrower. What that needs is loaded when it is asked for.
import { lazy, Suspense, useState } from 'react';
import type { LoanState } from '../../../chain/loan';
import type { Network } from '../../../chain/network';
import { usePage } from '../../../page';
import type { Proposal } from '../../Confirm';
import { Section } from '../parts';

export interface MoveProps {
  state: LoanState;
  now: number;
  /** Why nothing can be signed now; none if something can. */
  blocked: string | undefined;
  network: Network | undefined;
  onPropose(proposal: Proposal): void;
}

const MoveForm = lazy(() => import('./MoveForm'));

export function MoveLoan(props: MoveProps) {
  const { words } = usePage();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Section id="move" title={words.keys.move}>
      <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {words.keys.open}
      </button>
      {isOpen && (
        <Suspense fallback={<p role="status">{words.loading}</p>}>
          <MoveForm {...props} />
        </Suspense>
      )}
    </Section>
  );
}
