// One loan as its lender sees it: where it stands, what comes next, and what can be done now.
import type { Address } from '@solana/kit';
import { useMemo, useState } from 'react';
import { usePage } from '../../../page';
import { RuleError } from '../../../rules/rules';
import { useLenderWords } from '../../../words/lender';
import { type ShownLoan, useLoan } from '../../borrower/useLoan';
import { Confirm, type Proposal } from '../../Confirm';
import { WalletCard } from '../../WalletCard';
import { Acts } from './Acts';
import { type Deal, roleOf } from './deal';
import { EscrowCard } from './EscrowCard';
import { Calls, Car, Next, Notices, Owed, Parties, State } from './Sections';
import { useAround } from './useAround';

export function LoanPage({ lender, address }: { lender: Address; address: Address }) {
  const own = useLenderWords();
  const shown = useLoan(address);
  const { trouble } = shown.watched;
  if (!shown.state || trouble === 'closed') {
    const isGone = trouble !== undefined && trouble !== 'unreachable';
    return (
      <main className="stack">
        <p role="status" data-loan="none">
          {isGone ? own.loan.gone : trouble ? own.who.old : own.loan.reading}
        </p>
        <a href={`#/lender/${lender}`}>{own.loan.back}</a>
      </main>
    );
  }
  return (
    <main className="stack">
      <p className="row">
        <a href={`#/lender/${lender}`}>{own.loan.back}</a>
        <a href={`#/loan/${address}`}>{own.loan.borrowerPage}</a>
      </p>
      <h1 className="headline">{own.loan.title}</h1>
      <p className="address">{address}</p>
      {shown.state.loan.lender !== lender && (
        <p role="alert" className="banner warn">
          {own.loan.otherLender}
        </p>
      )}
      <Loan shown={shown} state={shown.state} />
    </main>
  );
}

function Loan({ shown, state }: { shown: ShownLoan; state: NonNullable<ShownLoan['state']> }) {
  const { words, connected, rules } = usePage();
  const own = useLenderWords();
  const [proposal, setProposal] = useState<Proposal>();
  const around = useAround(state);
  const { view, now, watched, refused } = shown;
  const servicing = useMemo(() => {
    try {
      return rules.servicing({ ...state.bytes, wallet: state.wallet, now: BigInt(now) });
    } catch (error) {
      if (error instanceof RuleError) return undefined;
      throw error;
    }
  }, [rules, state, now]);

  const isOld = shown.staleFor !== undefined || shown.keptAt !== undefined || !watched.network;
  const role = roleOf(connected?.address, state.lender);
  const blocked = isOld ? own.who.old : connected ? undefined : own.who.connect;
  const propose = (make: (deal: Deal) => Proposal | Promise<Proposal>) => {
    if (!view || !servicing || !connected) return;
    const deal: Deal = { state, view, servicing, around, words, own, rules, signer: connected.address };
    Promise.resolve(make(deal)).then(setProposal);
  };

  if (!view || !servicing) {
    return (
      <section className="card warn">
        <p>{words.trouble.tooMany}</p>
        {refused && <p className="quiet">{words.failed.rule(refused.refused)}</p>}
      </section>
    );
  }
  const parts = { state, view, servicing, around, now };
  const acting = { role, blocked, propose, network: watched.network };
  return (
    <>
      {isOld && (
        <p role="status" className="banner warn">
          {own.who.old}
        </p>
      )}
      <div className="tiles">
        <State {...parts} />
        <Owed {...parts} />
        <Next {...parts} />
        <Car {...parts} />
        <Calls {...parts} />
        <Notices {...parts} />
        <EscrowCard {...parts} {...acting} />
        <Parties {...parts} />
      </div>
      <WalletCard network={watched.network} />
      {connected && <p>{role ? own.who.you[role] : own.who.stranger}</p>}
      <Acts {...parts} {...acting} />
      {proposal && watched.network && (
        <Confirm
          proposal={proposal}
          network={watched.network}
          onDone={shown.lookNow}
          onClose={() => setProposal(undefined)}
        />
      )}
    </>
  );
}
