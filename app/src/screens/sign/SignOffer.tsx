// The last signature: tried by a node, signed, followed.
import { getTransactionDecoder } from '@solana/kit';
import { type ReactNode, useEffect, useState } from 'react';
import { chainOf, connect, type Network } from '../../chain/network';
import { missingFrom, readNonce, tryOffer } from '../../chain/offer';
import { Failed, type Failure, landUntil, type Way } from '../../chain/send';
import { usePage } from '../../page';
import { sign } from '../../wallet/wallets';
import { useSignWords } from '../../words/sign';
import { inWords } from '../Confirm';
import { WalletCard } from '../WalletCard';
import type { Offered } from './offered';

type Phase = 'trying' | 'ready' | 'signing' | Way | 'confirmed' | 'failed';

export interface SignProps {
  offered: Offered;
  network: Network;
  /** What it does. */
  lines: ReactNode[];
  /** Why it can no longer be signed, or must not be. */
  refused: string | undefined;
  /** What stands below the lines, as long as it is not done. */
  details?: ReactNode;
  /** What stands there when it is done. */
  done?: ReactNode;
}

export function SignOffer({ offered, network, lines, refused, details, done }: SignProps) {
  const { words, rules, node, connected } = usePage();
  const own = useSignWords();
  const [phase, setPhase] = useState<Phase>('trying');
  const [trouble, setTrouble] = useState<string>();
  // What it did changes the loan that it was read from: what was shown stays.
  const [shown, setShown] = useState<ReactNode[]>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: words change nothing of what a node says.
  useEffect(() => {
    let isCurrent = true;
    const { rpc } = connect(node);
    const look = async () => {
      if ((await readNonce(rpc, offered.owner)) !== offered.nonce) throw new Error(own.used);
      await tryOffer(rpc, offered.bytes);
    };
    look().then(
      () => isCurrent && setPhase('ready'),
      (error) => {
        if (!isCurrent) return;
        setTrouble(said(error));
        setPhase('failed');
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [node, offered]);

  const said = (error: unknown) =>
    error instanceof Failed ? inWords(error.failure as Failure, words, rules) : (error as Error).message;
  const isDone = phase === 'confirmed';
  const isSent = isDone || phase === 'sent' || phase === 'processed' || phase === 'silent';
  const [signer] = offered.missing;
  const refusal =
    (isSent ? undefined : refused) ??
    (offered.missing.length !== 1
      ? own.several
      : !connected
        ? words.act.connectFirst
        : connected.address !== signer
          ? own.notYou
          : undefined);

  const signAndSend = async () => {
    if (!connected) return;
    setTrouble(undefined);
    setShown(lines);
    const { rpc } = connect(node);
    try {
      setPhase('signing');
      const signed = await sign(connected, offered.bytes, chainOf(network));
      if (!isSame(signed, offered.bytes) || missingFrom(signed).length > 0) throw new Error(own.changed);
      setPhase('sent');
      const isOver = async () => (await readNonce(rpc, offered.owner)) !== offered.nonce;
      await landUntil(rpc, signed, isOver, setPhase);
      setPhase('confirmed');
    } catch (error) {
      setTrouble(said(error));
      setPhase('ready');
    }
  };

  return (
    <>
      <section className="card" aria-labelledby="agreed">
        <h2 id="agreed">{words.confirm.title}</h2>
        <ul className="stack">
          {(isSent ? (shown ?? lines) : lines).map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one agreement keep their order.
            <li key={at}>{line}</li>
          ))}
          {signer && !isDone && <li className="address">{own.missing(signer)}</li>}
        </ul>
        {!isSent && details}
        <p role="status">{phase === 'ready' || phase === 'failed' ? '' : words.confirm[phase]}</p>
        {trouble && (
          <p role="alert" className="error">
            {trouble}
          </p>
        )}
        {!isDone && (
          <button
            type="button"
            className="primary"
            disabled={phase !== 'ready' || refusal !== undefined}
            aria-describedby="sign-why"
            onClick={signAndSend}
          >
            {words.act.sign}
          </button>
        )}
        {refusal && !isDone && (
          <p id="sign-why" className="quiet">
            {refusal}
          </p>
        )}
        {isDone && done}
      </section>
      <WalletCard network={network} />
    </>
  );
}

/** Whether a wallet signed the message that was shown. */
function isSame(signed: Uint8Array, shown: Uint8Array): boolean {
  const [one, other] = [signed, shown].map((bytes) => getTransactionDecoder().decode(bytes).messageBytes);
  return one?.length === other?.length && (one?.every((byte, at) => byte === other?.[at]) ?? false);
}
