// The last signature under what a link carries: shown from the transaction, tried by a node, signed, followed.
import { getTransactionDecoder } from '@solana/kit';
import { useEffect, useState } from 'react';
import type { LoanState } from '../../chain/loan';
import { chainOf, connect, type Network } from '../../chain/network';
import { fromLink, missingFrom, readNonce, tryOffer } from '../../chain/offer';
import { Failed, type Failure, landUntil } from '../../chain/send';
import { usePage } from '../../page';
import { sign } from '../../wallet/wallets';
import { useSignWords } from '../../words/sign';
import { useReading } from '../borrower/parts';
import { useLoan } from '../borrower/useLoan';
import { inWords } from '../Confirm';
import { WalletCard } from '../WalletCard';
import { type Offered, readOffer } from './offered';

export default function SignPage({ link }: { link: string }) {
  const own = useSignWords();
  const bytes = fromLink(link);
  const offered = bytes && readOffer(bytes);
  return (
    <main className="stack">
      <h1 className="headline">{own.title}</h1>
      {offered ? (
        <Read offered={offered} />
      ) : (
        <p role="alert" className="banner bad">
          {own.bad}
        </p>
      )}
    </main>
  );
}

function Read({ offered }: { offered: Offered }) {
  const { words } = usePage();
  const { state, watched, now } = useLoan(offered.loan);
  if (!state || !watched.network) {
    return <p role="status">{watched.trouble ? words.failed.unreachable : words.loading}</p>;
  }
  return <Offer offered={offered} state={state} now={now} network={watched.network} />;
}

type Phase = 'trying' | 'ready' | 'signing' | 'sent' | 'processed' | 'confirmed' | 'failed';

interface Props {
  offered: Offered;
  state: LoanState;
  now: number;
  network: Network;
}

function Offer({ offered, state, now, network }: Props) {
  const { words, rules, node, connected } = usePage();
  const own = useSignWords();
  const { when } = useReading(state);
  const [phase, setPhase] = useState<Phase>('trying');
  const [trouble, setTrouble] = useState<string>();
  const { loan } = state;

  // biome-ignore lint/correctness/useExhaustiveDependencies: words change nothing of what a node says.
  useEffect(() => {
    let isCurrent = true;
    const { rpc } = connect(node);
    const look = async () => {
      if ((await readNonce(rpc, offered.owner)) !== offered.nonce) throw new Error(own.used);
      await tryOffer(rpc, offered.bytes, [], []);
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
  const stale =
    !isDone && phase !== 'sent' && phase !== 'processed'
      ? now > offered.deadline
        ? own.over
        : loan.revision !== offered.revision
          ? own.revision
          : undefined
      : undefined;
  const [signer] = offered.missing;
  const refusal =
    stale ??
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
    const { rpc } = connect(node);
    try {
      setPhase('signing');
      const signed = await sign(connected, offered.bytes, chainOf(network));
      if (!isSame(signed, offered.bytes) || missingFrom(signed).length > 0) throw new Error(own.changed);
      setPhase('sent');
      const isOver = async () => (await readNonce(rpc, offered.owner)) !== offered.nonce;
      await landUntil(rpc, signed, isOver, () => setPhase('processed'));
      setPhase('confirmed');
    } catch (error) {
      setTrouble(said(error));
      setPhase('ready');
    }
  };

  const line =
    offered.kind === 'extend'
      ? own.extend(loan.extensionsUsed + (isDone ? 0 : 1), loan.terms.maxExtensions)
      : own.liftHold(when(Number(loan.holdUntil)).reader);
  return (
    <>
      <section className="card" aria-labelledby="agreed">
        <h2 id="agreed">{words.confirm.title}</h2>
        <ul className="stack">
          <li>{line}</li>
          <li className="address">{own.loan(offered.loan)}</li>
          <li>{own.deadline(when(offered.deadline).reader)}</li>
          {signer && !isDone && <li className="address">{own.missing(signer)}</li>}
        </ul>
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
