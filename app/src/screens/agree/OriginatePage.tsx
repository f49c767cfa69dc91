// A new loan: its terms, what it costs, and the link by which the borrower signs last.
import { type Address, getBase64Decoder, type Instruction, isAddress } from '@solana/kit';
import { type FormEvent, useMemo, useState } from 'react';
import { ACTIONS } from '../../chain/around';
import { type BeforeLoan, isComplete, offerOf, originate, spendable } from '../../chain/origination';
import { getTermsEncoder, type Terms } from '../../client';
import { usePage } from '../../page';
import { useChanges } from '../../rules/changes';
import { useAgreeWords } from '../../words/agree';
import { useLenderWords } from '../../words/lender';
import { money, parseSol, sol } from '../../words/money';
import { useSignWords } from '../../words/sign';
import { useReadingOf } from '../borrower/parts';
import { Confirm, type Proposal } from '../Confirm';
import { roleOf } from '../lender/loan/deal';
import { OfferDialog } from '../sign/OfferDialog';
import { useNonce } from '../sign/useNonce';
import { WalletCard } from '../WalletCard';
import { CostView } from './CostView';
import { type Draft, firstDraft, readDraft, whole } from './draft';
import { NonceActs } from './NonceActs';
import { type Parties, partiesInWords } from './parties';
import { Entry, Group, ruleAtField, TermsFields, type Wrongs, wrongInWords } from './TermsFields';
import { TermsView } from './TermsView';
import { useBeforeLoan } from './useBeforeLoan';

interface Named {
  borrower: string;
  vehicle: string;
  seller: string;
  escrow: string;
}

const known = (text: string) => (isAddress(text.trim()) ? (text.trim() as Address) : undefined);

export function OriginatePage({ lender }: { lender: Address }) {
  const { words } = usePage();
  const own = useAgreeWords();
  const lenders = useLenderWords();
  const [named, setNamed] = useState<Named>({ borrower: '', vehicle: '', seller: '', escrow: '' });
  const { before, trouble, lookNow } = useBeforeLoan(lender, known(named.vehicle), known(named.seller));
  return (
    <main className="stack">
      <p>
        <a href={`#/lender/${lender}`}>{lenders.loan.back}</a>
      </p>
      <h1 className="headline">{own.originate.title}</h1>
      <p>{own.originate.body}</p>
      {trouble && (
        <p role="alert" className="banner bad">
          {trouble === 'absent' ? own.originate.absent : words.failed.unreachable}
        </p>
      )}
      {!before && !trouble && <p role="status">{words.loading}</p>}
      {before && (
        <NewLoan before={before} isOld={trouble !== undefined} named={named} onName={setNamed} onDone={lookNow} />
      )}
    </main>
  );
}

interface Props {
  before: BeforeLoan;
  isOld: boolean;
  named: Named;
  onName(named: Named): void;
  onDone(): void;
}

function NewLoan({ before, isOld, named, onName, onDone }: Props) {
  const { words, connected } = usePage();
  const changes = useChanges();
  const own = useAgreeWords();
  const lenders = useLenderWords();
  const signWords = useSignWords();
  const { lender, mint, now, car, seller } = before;
  const [draft, setDraft] = useState<Draft>(() =>
    firstDraft(lender.floors, now, -new Date(now * 1_000).getTimezoneOffset() * 60),
  );
  const [isTried, setIsTried] = useState(false);
  const [offer, setOffer] = useState<{ parties: Parties; terms: Terms; instructions: Instruction[] }>();
  const [proposal, setProposal] = useState<Proposal>();
  const nonce = useNonce(before);
  const role = roleOf(connected?.address, lender);
  const blocked = isOld ? lenders.who.old : connected ? undefined : lenders.who.connect;
  const read = useMemo(() => readDraft(draft, mint.decimals), [draft, mint.decimals]);
  const escrow = named.escrow.trim() === '' ? undefined : parseSol(named.escrow);
  const isEscrowBad = named.escrow.trim() !== '' && escrow === undefined;

  const said = useMemo(() => {
    if ('wrong' in read || !car || !changes) return undefined;
    return changes.origination({
      terms: getBase64Decoder().decode(getTermsEncoder().encode(read.terms)),
      lender: before.bytes,
      vehicle: car.bytes,
      ...offerOf(before.functions),
      escrow,
      decimals: mint.decimals,
      now: BigInt(now),
    });
  }, [changes, read, before, car, escrow, mint.decimals, now]);

  const ruled = said?.refused ? ruleAtField(said.refused, draft, words.failed.rule(said.refused)) : undefined;
  const wrongs: Wrongs =
    'wrong' in read
      ? isTried
        ? Object.fromEntries(Object.entries(read.wrong).map(([field, wrong]) => [field, wrongInWords(wrong, own)]))
        : {}
      : (ruled?.wrongs ?? {});

  // What belongs to a field that names somebody, or to the deposit.
  const isEscrowRule = said?.refused?.name === 'EscrowTooSmall';
  const at = {
    borrower: isTried && !known(named.borrower) ? own.form.wrong.address : undefined,
    vehicle: carTrouble(),
    seller: sellerTrouble(),
    escrow: isEscrowBad ? own.form.wrong.sol : isEscrowRule ? ruled?.apart : undefined,
  };
  function carTrouble(): string | undefined {
    if (!known(named.vehicle)) return isTried ? own.form.wrong.address : undefined;
    if (!car || car.address !== known(named.vehicle)) return own.originate.noVehicle;
    if (car.vehicle.lender !== before.at) return own.originate.otherLender;
    return said?.refused?.name.startsWith('Vehicle') ? ruled?.apart : undefined;
  }
  function sellerTrouble(): string | undefined {
    if (!known(named.seller)) return isTried ? own.form.wrong.address : undefined;
    if (seller && seller.mint !== mint.address) return own.originate.sellerOther;
    return seller?.account === lender.treasury ? own.originate.sellerOwn : undefined;
  }

  const terms = said?.instalment && 'terms' in read ? whole(read.terms, said.instalment) : undefined;
  const principal = 'terms' in read ? BigInt(read.terms.principal) : 0n;
  const missing = ACTIONS.filter((action) => !before.functions[action]).map((action) => lenders.calls.names[action]);
  /** Why no link can be made, beside what stands at the fields. */
  const lacks = !isComplete(before.functions)
    ? own.originate.noFunction(missing.join(', '))
    : !before.treasury
      ? own.originate.noTreasury
      : before.treasury.amount < principal
        ? own.originate.poor(money(before.treasury.amount, mint.decimals, words.locale))
        : (blocked ??
          (!role
            ? lenders.who.servicer
            : connected && spendable(before, connected.address) < principal
              ? own.originate.notDelegate
              : nonce.hasNonce === false
                ? signWords.offer.accountBody(sol(nonce.rent))
                : undefined));
  const reading = useReadingOf(mint.decimals, terms?.calendar.utcOffsetSecs ?? 0);

  const show = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    const borrower = known(named.borrower);
    const isWrong = Object.values(at).some((text) => text !== undefined) || !said || said.refused;
    if (isWrong || !terms || !car || !seller || !borrower || !connected) return;
    const escrowLamports = escrow ?? BigInt(said.least_escrow);
    const who = { car, seller, borrower, signer: connected.address };
    originate(before, who, terms, escrowLamports).then((instructions) => {
      const parties: Parties = {
        lender: before.at,
        borrower,
        vehicle: car.address,
        loan: car.loan,
        mint: mint.address,
        seller: seller.account,
        sellerOwner: seller.owner,
        isSellerNew: !seller.exists,
        principal: terms.principal,
        escrow: escrowLamports,
        unlockUri: offerOf(before.functions).unlock_uri,
      };
      setOffer({ parties, terms, instructions });
    });
  };
  const acting = { role, blocked };
  const name = (field: keyof Named) => (value: string) => onName({ ...named, [field]: value });
  return (
    <>
      <WalletCard network={before.network} />
      <div className="tiles">
        <NonceActs nonce={nonce} acting={acting} onPropose={setProposal} />
      </div>
      <form className="stack" onSubmit={show} noValidate>
        <Group title={own.originate.parties}>
          <Entry
            id="borrower"
            label={own.form.borrower}
            value={named.borrower}
            onChange={name('borrower')}
            wrong={at.borrower}
          />
          <Entry
            id="vehicle"
            label={own.form.vehicle}
            value={named.vehicle}
            onChange={name('vehicle')}
            wrong={at.vehicle}
          />
          <Entry
            id="seller"
            label={own.form.seller}
            value={named.seller}
            onChange={name('seller')}
            wrong={at.seller}
            hint={before.treasury && own.originate.balance(money(before.treasury.amount, mint.decimals, words.locale))}
          />
          <Entry
            id="escrow"
            label={own.form.escrow}
            value={named.escrow}
            onChange={name('escrow')}
            wrong={at.escrow}
            hint={said && own.originate.leastEscrow(sol(BigInt(said.least_escrow)))}
            inputMode="decimal"
          />
        </Group>
        <TermsFields
          draft={draft}
          onChange={(part) => setDraft((draft) => ({ ...draft, ...part }))}
          wrongs={wrongs}
          floors={lender.floors}
          decimals={mint.decimals}
        />
        {ruled?.apart && !isEscrowRule && !at.vehicle && (
          <p role="alert" className="error">
            {ruled.apart}
          </p>
        )}
        <button
          type="submit"
          className="primary"
          disabled={lacks !== undefined}
          aria-describedby={lacks ? 'why' : undefined}
        >
          {own.originate.show}
        </button>
        {lacks && (
          <p id="why" className="quiet">
            {lacks}
          </p>
        )}
      </form>
      {said?.cost && terms && (
        <div className="card">
          <CostView
            title={own.cost.title}
            cost={said.cost}
            aprPpm={terms.aprPpm}
            decimals={mint.decimals}
            reading={reading}
          />
        </div>
      )}
      {offer && (
        <OfferDialog
          offer={{
            title: own.originate.title,
            lines: partiesInWords(offer.parties, own, reading),
            instructions: offer.instructions,
            to: { ...signWords.offer, body: own.originate.offer },
          }}
          network={before.network}
          onClose={() => setOffer(undefined)}
        >
          <TermsView terms={offer.terms} reading={reading} />
          {said?.cost && (
            <CostView
              title={own.cost.title}
              cost={said.cost}
              aprPpm={offer.terms.aprPpm}
              decimals={mint.decimals}
              reading={reading}
            />
          )}
        </OfferDialog>
      )}
      {proposal && (
        <Confirm proposal={proposal} network={before.network} onDone={onDone} onClose={() => setProposal(undefined)} />
      )}
    </>
  );
}
