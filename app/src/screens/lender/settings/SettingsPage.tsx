// What a lender changes of itself: each act shows what is, what would be, and what that means for loans that exist.
import type { Address } from '@solana/kit';
import { useState } from 'react';
import { ACTIONS } from '../../../chain/around';
import { usePage } from '../../../page';
import { useChanges } from '../../../rules/changes';
import { useLenderWords } from '../../../words/lender';
import { useSettingsWords } from '../../../words/settings';
import { Confirm, type Proposal } from '../../Confirm';
import { WalletCard } from '../../WalletCard';
import { roleOf } from '../loan/deal';
import { useLender } from '../useLender';
import { AcceptAct, AuthorityAct } from './AuthorityActs';
import { FunctionAct } from './FunctionAct';
import { KeepersAct, ServicerAct } from './KeyActs';
import { PolicyAct } from './PolicyAct';
import { type SettingProps, useMint } from './setting';

export function SettingsPage({ lender }: { lender: Address }) {
  const { words, connected } = usePage();
  const [own, settings] = [useLenderWords(), useSettingsWords()];
  const changes = useChanges();
  const { state, trouble, lookNow } = useLender(lender);
  const mint = useMint(state?.lender.mint);
  const [proposal, setProposal] = useState<Proposal>();
  return (
    <main className="stack">
      <p>
        <a href={`#/lender/${lender}/functions`}>{own.functions.title}</a>
      </p>
      <h1 className="headline">{settings.title}</h1>
      {trouble && (
        <p role="alert" className="banner bad">
          {trouble === 'absent' ? own.functions.absent : words.failed.unreachable}
        </p>
      )}
      {!(state && changes && mint) && !trouble && <p role="status">{words.loading}</p>}
      {state && changes && mint && (
        <Acts
          address={lender}
          state={state}
          changes={changes}
          mint={mint}
          acting={{
            role: roleOf(connected?.address, state.lender),
            blocked: trouble ? own.who.old : connected ? undefined : own.who.connect,
          }}
          signer={connected?.address}
          onPropose={setProposal}
        />
      )}
      {state && <WalletCard network={state.network} />}
      {state && proposal && (
        <Confirm proposal={proposal} network={state.network} onDone={lookNow} onClose={() => setProposal(undefined)} />
      )}
    </main>
  );
}

/** A form begins with what is: where that changed, it begins again. */
function Acts(props: SettingProps) {
  const own = useSettingsWords();
  const { lender, functions } = props.state;
  return (
    <section className="stack" aria-labelledby="changes">
      <h2 id="changes">{own.what}</h2>
      <div className="tiles">
        <ServicerAct key={`servicer ${lender.servicer}`} {...props} />
        <KeepersAct key={`keepers ${lender.keepers}`} {...props} />
        <AuthorityAct key={`authority ${lender.pendingAuthority}`} {...props} />
        <AcceptAct {...props} />
        {ACTIONS.map((action) => (
          <FunctionAct key={`${action} ${functions[action]?.revision}`} action={action} {...props} />
        ))}
        <PolicyAct key={`policy ${Object.values(lender.floors)}`} {...props} />
      </div>
    </section>
  );
}
