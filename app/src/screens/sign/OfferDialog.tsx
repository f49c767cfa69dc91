// The first signature under what somebody else signs last: shown, tried by a node, signed, and handed out as a link.
import type { Instruction } from '@solana/kit';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { chainOf, connect, type Network } from '../../chain/network';
import { buildOffer, readNonce, toLink, tryOffer } from '../../chain/offer';
import { Failed } from '../../chain/send';
import { usePage } from '../../page';
import { sign } from '../../wallet/wallets';
import { useSignWords } from '../../words/sign';
import { inWords } from '../Confirm';

/** Something that somebody else signs last: what it does in words, and the instructions that do just that. */
export interface Offer {
  title: string;
  lines: string[];
  instructions: readonly Instruction[];
  /** What is said to who signs first, of the one who signs last; of the borrower if nothing is. */
  to?: { body: string; link: string; done: string };
}

interface DialogProps {
  offer: Offer;
  network: Network;
  /** What it does that is more than lines. */
  children?: ReactNode;
  onClose(): void;
}

/** Shows what is signed, has a node try it, signs it, and hands out the link. */
export function OfferDialog({ offer, network, children, onClose }: DialogProps) {
  const { title, lines, instructions } = offer;
  const { words: page, rules, node, connected } = usePage();
  const words = useSignWords();
  const to = offer.to ?? words.offer;
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
      const bytes = await buildOffer(owner, nonce, instructions);
      await tryOffer(rpc, bytes);
      return bytes;
    };
    make().then(
      (made) => isCurrent && setBytes(made),
      (error) => isCurrent && setTrouble(said(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [node, owner, instructions]);

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
        <ul className="stack">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {children}
        {link ? (
          <>
            <p role="status">{to.done}</p>
            <label>
              {to.link}
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
            <p className="quiet">{to.body}</p>
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
