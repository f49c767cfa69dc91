// The borrower's page: the first screen, one thing to do, and the rest below.
import type { Address } from '@solana/kit';
import { lazy, useState } from 'react';
import { hostOf } from '../../chain/network';
import { usePage } from '../../page';
import { momentForm } from '../../words/formats';
import { span } from '../../words/time';
import { Confirm, type Proposal } from '../Confirm';
import { WhenSeen } from '../history/WhenSeen';
import { WalletCard } from '../WalletCard';
import { FirstScreen } from './FirstScreen';
import { MoveLoan } from './keys/MoveLoan';
import { PayAhead, PayAny, Payoff } from './Money';
import { PrimaryAction } from './PrimaryAction';
import { useReading } from './parts';
import { collect, type Deal, pay, payAhead, payOff, settle, startInEmergency, unlock } from './proposals';
import { EndLoan, Recovery, TakeBack } from './Rights';
import { endLoan, refuseRecovery, takeBack } from './rights';
import { Emergency, Notices, Paid, PlainTerms } from './Sections';
import { SolanaPay } from './SolanaPay';
import { Unlock } from './Unlock';
import { type ShownLoan, useLoan } from './useLoan';

// Single payments take many requests to a node, and code that the first screen does not need.
const Payments = lazy(() => import('../history/Payments'));

export function BorrowerPage({ address }: { address: Address }) {
  const { words } = usePage();
  const shown = useLoan(address);
  if (!shown.state || shown.watched.trouble === 'closed') return <NothingToShow shown={shown} />;
  return (
    <main className="stack">
      <Freshness shown={shown} />
      <h1 className="sr">{words.car.title}</h1>
      <Loan shown={shown} state={shown.state} />
    </main>
  );
}

/** No loan to show: why, and what to do. */
function NothingToShow({ shown }: { shown: ShownLoan }) {
  const { words, node } = usePage();
  const { trouble, network } = shown.watched;
  const host = hostOf(node.rpc);
  if (!trouble) {
    return (
      <main>
        <p role="status" data-standing="loading">
          {words.loading}
        </p>
      </main>
    );
  }
  const [title, body] =
    trouble === 'unreachable'
      ? [words.trouble.noData, words.trouble.noDataBody(host)]
      : trouble === 'absent'
        ? [words.trouble.absent, words.trouble.absentBody(words.networks[network ?? 'localnet'], host)]
        : [words.start.title, words.trouble[trouble]];
  return (
    <main>
      <section className="card warn" role="alert" data-standing={trouble}>
        <h1 className="headline">{title}</h1>
        <p>{body}</p>
      </section>
    </main>
  );
}

/** Says when what is shown is old. */
function Freshness({ shown }: { shown: ShownLoan }) {
  const { words } = usePage();
  const { staleFor, lag, keptAt } = shown;
  const when = (milliseconds: number) =>
    momentForm(words.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(milliseconds);
  const text =
    keptAt !== undefined
      ? words.trouble.offline(when(keptAt))
      : staleFor !== undefined
        ? words.trouble.stale(span(staleFor, words.locale))
        : lag !== undefined
          ? words.trouble.lagging(span(lag, words.locale))
          : undefined;
  return text ? (
    <p role="status" className="banner warn" data-fresh="no">
      {text}
    </p>
  ) : null;
}

function Loan({ shown, state }: { shown: ShownLoan; state: NonNullable<ShownLoan['state']> }) {
  const { words, connected, rules, node } = usePage();
  const [proposal, setProposal] = useState<Proposal>();
  const reading = useReading(state);
  const { view, now, watched } = shown;
  const network = watched.network;
  const isBorrower = connected?.address === state.loan.borrower;
  const isOld = shown.staleFor !== undefined || shown.keptAt !== undefined || !network;

  const silent = isOld ? words.trouble.noDataBody(hostOf(node.rpc)) : undefined;
  const blockedForAnyone = silent ?? (connected ? undefined : words.act.connectFirst);
  const blockedForBorrower = blockedForAnyone ?? (isBorrower ? undefined : words.wallet.notBorrower);

  const propose = (make: (deal: Deal) => Proposal | Promise<Proposal>) => {
    if (!view) return;
    if (!connected) {
      document.getElementById('wallet')?.scrollIntoView();
      document.querySelector<HTMLElement>('[aria-labelledby=wallet] button:enabled')?.focus();
      return;
    }
    const deal: Deal = { state, view, words, rules, signer: connected.address };
    Promise.resolve(make(deal)).then(setProposal);
  };

  return (
    <>
      {view ? (
        <>
          <FirstScreen state={state} view={view} now={now} />
          <PrimaryAction
            state={state}
            view={view}
            now={now}
            blocked={silent}
            note={connected ? undefined : words.act.connectFirst}
            onPay={(amount) => propose((deal) => pay(deal, amount))}
            onUnlock={() => propose(unlock)}
          />
        </>
      ) : (
        <section className="card warn" data-standing="refused">
          <h2 className="headline">{words.trouble.collect}</h2>
          <p>{words.trouble.tooMany}</p>
          {shown.refused && <p className="quiet">{words.failed.rule(shown.refused.refused)}</p>}
          <button
            type="button"
            className="primary"
            disabled={blockedForAnyone !== undefined}
            onClick={() => connected && setProposal(collect({ state, words, rules, signer: connected.address }))}
          >
            {words.trouble.collect}
          </button>
        </section>
      )}
      <Recovery state={state} blocked={blockedForBorrower} onRefuse={() => propose(refuseRecovery)} />
      <WalletCard network={network} />
      {view && <EndLoan view={view} blocked={blockedForBorrower} onEnd={() => propose(endLoan)} />}
      {view && view.quote.payoff !== '0' && (
        <>
          <PayAny
            state={state}
            view={view}
            now={now}
            blocked={blockedForAnyone}
            onPay={(amount) => propose((deal) => pay(deal, amount))}
          />
          <SolanaPay state={state} isDue={view.outlook.shortfall !== null} blocked={silent} />
          <PayAhead
            state={state}
            view={view}
            now={now}
            blocked={blockedForBorrower}
            onPay={(amount) => propose((deal) => payAhead(deal, amount))}
          />
          <Payoff state={state} view={view} now={now} blocked={blockedForAnyone} onPay={() => propose(payOff)} />
        </>
      )}
      {view && (
        <Unlock
          state={state}
          view={view}
          now={now}
          blocked={blockedForAnyone}
          onUnlock={() => propose(unlock)}
          onReceipt={(receipt, call) => propose((deal) => settle(deal, receipt, call))}
        />
      )}
      {view && (
        <Emergency
          state={state}
          view={view}
          refusal={view.emergency.refused ? words.failed.rule(view.emergency.refused) : blockedForBorrower}
          onStart={() => propose(startInEmergency)}
        />
      )}
      {view && (
        <TakeBack
          state={state}
          view={view}
          blocked={blockedForBorrower}
          onTake={(amount) => propose((deal) => takeBack(deal, amount))}
        />
      )}
      <MoveLoan state={state} now={now} blocked={blockedForBorrower} network={network} onPropose={setProposal} />
      <Notices state={state} />
      {view && <Paid state={state} view={view} />}
      {network && watched.state && (
        <WhenSeen>
          <Payments state={state} network={network} now={now} />
        </WhenSeen>
      )}
      <PlainTerms state={state} />
      <p className="quiet">
        {network && words.settings.network(words.networks[network], reading.when(now).reader)} ·{' '}
        {watched.isLive ? words.settings.live : words.settings.polling}
      </p>
      {proposal && network && (
        <Confirm proposal={proposal} network={network} onDone={shown.lookNow} onClose={() => setProposal(undefined)} />
      )}
    </>
  );
}
