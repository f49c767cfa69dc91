// What takes the borrower's signature too: the lender signs first and gets a link for the borrower.
import { createNoopSigner, type Instruction } from '@solana/kit';
import { useEffect, useRef, useState } from 'react';
import { chainOf, connect, type Network } from '../../../chain/network';
import { advanceNonce, buildOffer, createNonce, NONCE_SIZE, readNonce, toLink, tryOffer } from '../../../chain/offer';
import { Failed } from '../../../chain/send';
import { getExtendInstruction, getLiftHoldInstruction } from '../../../client';
import { usePage } from '../../../page';
import { sign } from '../../../wallet/wallets';
import { useLenderWords } from '../../../words/lender';
import { sol } from '../../../words/money';
import { useSignWords } from '../../../words/sign';
import { useReading } from '../../borrower/parts';
import { inWords } from '../../Confirm';
import { Act } from './Act';
import type { ActProps } from './Acts';

/** How long an agreement counts, seconds. */
const COUNTS_FOR = 86_400n;

export function Agreements({ state, servicing, now, ...acting }: ActProps) {
  const { node, connected } = usePage();
  const own = useLenderWords();
  const words = useSignWords();
  const { when } = useReading(state);
  const [offer, setOffer] = useState<{ title: string; line: string; instruction: Instruction }>();
  const { hasNonce, rent } = useNonce(state.slot);
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
    setOffer({ title, line, instruction: make(parties()) });
    return undefined;
  };
  const lacks = hasNonce === false ? words.offer.accountBody(sol(rent)) : undefined;
  return (
    <>
      {acting.role && hasNonce === false && (
        <Act
          id="nonce"
          title={words.offer.account}
          body={words.offer.accountBody(sol(rent))}
          button={words.offer.accountButton}
          acting={acting}
          refused={null}
          onAct={() => {
            acting.propose(async ({ signer }) => ({
              title: words.offer.account,
              lines: [words.offer.accountLine(sol(rent))],
              instructions: await createNonce(signer, rent),
            }));
            return undefined;
          }}
        />
      )}
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
      {acting.role && hasNonce && (
        <Act
          id="take-back"
          title={words.offer.back}
          body={words.offer.backBody}
          button={words.offer.backButton}
          acting={acting}
          refused={null}
          onAct={() => {
            acting.propose(async ({ signer }) => ({
              title: words.offer.back,
              lines: [words.offer.backBody],
              instructions: [await advanceNonce(signer)],
            }));
            return undefined;
          }}
        />
      )}
      {offer && acting.network && (
        <OfferDialog key={node.rpc} {...offer} network={acting.network} onClose={() => setOffer(undefined)} />
      )}
    </>
  );
}

/** Whether the connected wallet has a nonce account, and what one costs. */
function useNonce(slot: bigint) {
  const { node, connected } = usePage();
  const [found, setFound] = useState<{ hasNonce: boolean | undefined; rent: bigint }>({
    hasNonce: undefined,
    rent: 0n,
  });
  const owner = connected?.address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each newer slot asks again.
  useEffect(() => {
    if (!owner) return;
    let isCurrent = true;
    const { rpc } = connect(node);
    Promise.all([readNonce(rpc, owner), rpc.getMinimumBalanceForRentExemption(NONCE_SIZE).send()]).then(
      ([nonce, rent]) => isCurrent && setFound({ hasNonce: nonce !== undefined, rent }),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [node, owner, slot]);
  return found;
}

interface DialogProps {
  title: string;
  line: string;
  instruction: Instruction;
  network: Network;
  onClose(): void;
}

/** Shows what is signed, has a node try it, signs it, and hands out the link. */
function OfferDialog({ title, line, instruction, network, onClose }: DialogProps) {
  const { words: page, rules, node, connected } = usePage();
  const words = useSignWords();
  const [bytes, setBytes] = useState<Uint8Array>();
  const [link, setLink] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  const [isCopied, setIsCopied] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const owner = connected?.address;

  useEffect(() => dialog.current?.showModal(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: words change nothing of what a node says.
  useEffect(() => {
    if (!owner) return;
    let isCurrent = true;
    const { rpc } = connect(node);
    const make = async () => {
      const nonce = await readNonce(rpc, owner);
      if (!nonce) throw new Error(words.used);
      const bytes = await buildOffer(owner, nonce, [instruction]);
      await tryOffer(rpc, bytes, [instruction], []);
      return bytes;
    };
    make().then(
      (made) => isCurrent && setBytes(made),
      (error) => isCurrent && setTrouble(said(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [node, owner, instruction]);

  const said = (error: unknown) =>
    error instanceof Failed ? inWords(error.failure, page, rules) : (error as Error).message;
  const signIt = async () => {
    if (!connected || !bytes) return;
    try {
      const signed = await sign(connected, bytes, chainOf(network));
      setLink(`${location.origin}${location.pathname}#/sign/${toLink(new Uint8Array(signed))}`);
      setTrouble(undefined);
    } catch (error) {
      setTrouble(said(error));
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="offer-title" onClose={onClose}>
      <div className="stack">
        <h2 id="offer-title">{title}</h2>
        <p>{line}</p>
        {link ? (
          <>
            <p role="status">{words.offer.done}</p>
            <label>
              {words.offer.link}
              <textarea readOnly rows={4} value={link} />
            </label>
            <p className="quiet">{words.offer.one}</p>
            <button
              type="button"
              className="primary"
              onClick={() => navigator.clipboard.writeText(link).then(() => setIsCopied(true))}
            >
              {isCopied ? words.offer.copied : words.offer.copy}
            </button>
          </>
        ) : (
          <>
            <p className="quiet">{words.offer.body}</p>
            <p role="status">{bytes || trouble ? '' : page.confirm.trying}</p>
            <button type="button" className="primary" disabled={!bytes} onClick={signIt}>
              {words.offer.sign}
            </button>
          </>
        )}
        {trouble && (
          <p role="alert" className="error">
            {trouble}
          </p>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          {page.act.close}
        </button>
      </div>
    </dialog>
  );
}
