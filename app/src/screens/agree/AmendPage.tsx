// New terms for a loan that runs: what changes, what the rest costs, and the link by which the borrower signs last.
import { type Address, createNoopSigner, getBase64Decoder, type Instruction } from '@solana/kit';
import { type FormEvent, useMemo, useState } from 'react';
import type { LoanState } from '../../chain/loan';
import { getAmendInstruction, getTermsEncoder, type Terms } from '../../client';
import { usePage } from '../../page';
import { useChanges } from '../../rules/changes';
import { useAgreeWords } from '../../words/agree';
import { useLenderWords } from '../../words/lender';
import { parseMoney, sol } from '../../words/money';
import { useSignWords } from '../../words/sign';
import { useReadingOf } from '../borrower/parts';
import { type ShownLoan, useLoan } from '../borrower/useLoan';
import { Confirm, type Proposal } from '../Confirm';
import { roleOf } from '../lender/loan/deal';
import { OfferDialog } from '../sign/OfferDialog';
import { useNonce } from '../sign/useNonce';
import { WalletCard } from '../WalletCard';
import { Amendment } from './Amendment';
import { type Draft, draftOf, readDraft, whole } from './draft';
import { NonceActs } from './NonceActs';
import { Entry, Group, ruleAtField, TermsFields, type Wrongs, wrongInWords } from './TermsFields';

/** How long what is signed counts, seconds. */
const COUNTS_FOR = 86_400n;

export function AmendPage({ lender, address }: { lender: Address; address: Address }) {
  const own = useAgreeWords();
  const lenders = useLenderWords();
  const shown = useLoan(address);
  const { state } = shown;
  return (
    <main className="stack">
      <p>
        <a href={`#/lender/${lender}/loan/${address}`}>{own.amend.back}</a>
      </p>
      <h1 className="headline">{own.amend.title}</h1>
      <p>{own.amend.body}</p>
      <p className="address">{address}</p>
      {state ? (
        <NewTerms shown={shown} state={state} />
      ) : (
        <p role="status">{shown.watched.trouble ? lenders.who.old : lenders.loan.reading}</p>
      )}
    </main>
  );
}

interface Offered {
  terms: Terms;
  forgivePrincipal: bigint;
  forgiveInterest: bigint;
  instructions: Instruction[];
}

function NewTerms({ shown, state }: { shown: ShownLoan; state: LoanState }) {
  const { words, connected } = usePage();
  const changes = useChanges();
  const own = useAgreeWords();
  const lenders = useLenderWords();
  const signWords = useSignWords();
  const { loan, lender, mint } = state;
  const { view, now, watched } = shown;
  const [draft, setDraft] = useState<Draft>(() => {
    const next = view?.quote.next_due;
    return draftOf(loan.terms, mint.decimals, next && next > now ? next : Number(loan.terms.firstDue));
  });
  const [forgiven, setForgiven] = useState({ principal: '', interest: '' });
  const [isTried, setIsTried] = useState(false);
  const [offer, setOffer] = useState<Offered>();
  const [proposal, setProposal] = useState<Proposal>();
  const nonce = useNonce(state.slot);
  const role = roleOf(connected?.address, lender);
  const isOld = shown.staleFor !== undefined || shown.keptAt !== undefined || !watched.network;
  const blocked = isOld ? lenders.who.old : connected ? undefined : lenders.who.connect;

  const read = useMemo(() => readDraft(draft, mint.decimals), [draft, mint.decimals]);
  const amount = (text: string) => (text.trim() === '' ? 0n : parseMoney(text, mint.decimals));
  const [forgivePrincipal, forgiveInterest] = [amount(forgiven.principal), amount(forgiven.interest)];
  const said = useMemo(() => {
    if ('wrong' in read || forgivePrincipal === undefined || forgiveInterest === undefined) return undefined;
    return changes?.amendment({
      loan: state.bytes.loan,
      lender: state.bytes.lender,
      wallet: state.wallet,
      terms: getBase64Decoder().decode(getTermsEncoder().encode(read.terms)),
      forgive_principal: forgivePrincipal,
      forgive_interest: forgiveInterest,
      decimals: mint.decimals,
      now: BigInt(now),
    });
  }, [changes, read, state, forgivePrincipal, forgiveInterest, mint.decimals, now]);

  const ruled = said?.refused ? ruleAtField(said.refused, draft, words.failed.rule(said.refused)) : undefined;
  const wrongs: Wrongs =
    'wrong' in read
      ? isTried
        ? Object.fromEntries(Object.entries(read.wrong).map(([field, wrong]) => [field, wrongInWords(wrong, own)]))
        : {}
      : (ruled?.wrongs ?? {});
  const lacks =
    blocked ??
    (role !== 'authority'
      ? lenders.who.authority
      : nonce.hasNonce === false
        ? signWords.offer.accountBody(sol(nonce.rent))
        : undefined);
  const terms = said?.instalment && 'terms' in read ? whole(read.terms, said.instalment) : undefined;
  const reading = useReadingOf(mint.decimals, (terms ?? loan.terms).calendar.utcOffsetSecs);

  const show = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (!said || said.refused || !terms || !connected) return;
    if (forgivePrincipal === undefined || forgiveInterest === undefined) return;
    const instruction = getAmendInstruction({
      authority: createNoopSigner(connected.address),
      borrower: createNoopSigner(loan.borrower),
      lender: loan.lender,
      loan: state.address,
      wallet: loan.wallet,
      revision: loan.revision,
      deadline: BigInt(now) + COUNTS_FOR,
      terms,
      forgivePrincipal,
      forgiveInterest,
    });
    setOffer({ terms, forgivePrincipal, forgiveInterest, instructions: [instruction] });
  };
  return (
    <>
      <WalletCard network={watched.network} />
      <div className="tiles">
        <NonceActs nonce={nonce} acting={{ role, blocked }} onPropose={setProposal} />
      </div>
      <form className="stack" onSubmit={show} noValidate>
        <TermsFields
          draft={draft}
          onChange={(part) => setDraft((draft) => ({ ...draft, ...part }))}
          wrongs={wrongs}
          floors={lender.floors}
          decimals={mint.decimals}
          isAmendment
        />
        <Group title={own.amend.forgive}>
          <Entry
            id="forgive-principal"
            label={own.amend.forgivePrincipal}
            value={forgiven.principal}
            onChange={(principal) => setForgiven({ ...forgiven, principal })}
            wrong={forgivePrincipal === undefined ? own.form.wrong.amount : undefined}
            inputMode="decimal"
          />
          <Entry
            id="forgive-interest"
            label={own.amend.forgiveInterest}
            value={forgiven.interest}
            onChange={(interest) => setForgiven({ ...forgiven, interest })}
            wrong={forgiveInterest === undefined ? own.form.wrong.amount : undefined}
            inputMode="decimal"
          />
        </Group>
        {ruled?.apart && (
          <p role="alert" className="error">
            {ruled.apart}
          </p>
        )}
        <button type="submit" className="primary" disabled={lacks !== undefined} aria-describedby={lacks && 'why'}>
          {own.originate.show}
        </button>
        {lacks && (
          <p id="why" className="quiet">
            {lacks}
          </p>
        )}
      </form>
      {offer && watched.network && (
        <OfferDialog
          offer={{ title: own.amend.title, lines: [], instructions: offer.instructions }}
          network={watched.network}
          onClose={() => setOffer(undefined)}
        >
          {said && <Amendment {...offer} before={loan.terms} said={said} decimals={mint.decimals} reading={reading} />}
        </OfferDialog>
      )}
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
