// What the reader sees before the wallet is asked: the transaction in words, tried out by a node, and then followed.
import type { Address, Instruction } from '@solana/kit';
import { useEffect, useRef, useState } from 'react';
import { chainOf, connect, hostOf, type Network } from '../chain/network';
import { Failed, type Failure, land, type Prepared, type Way } from '../chain/send';
import { cosign, prepareOrSponsor, type Sponsor } from '../chain/sponsor';
import { usePage } from '../page';
import type { Rules } from '../rules/rules';
import { sign } from '../wallet/wallets';
import type { Words } from '../words/en';
import { sol } from '../words/money';
import { sponsorWords } from '../words/sponsor';

/** Something to sign: what it does in words, and the instructions that do just that. */
export interface Proposal {
  title: string;
  lines: string[];
  instructions: readonly Instruction[];
  /** Accounts whose state afterwards is worth telling, and how to tell it. */
  watch?: Address[];
  afterwards?: (accounts: (string | undefined)[]) => string | undefined;
}

type Phase = 'trying' | 'ready' | 'signing' | Way | 'confirmed' | 'failed';

interface Props {
  proposal: Proposal;
  network: Network;
  onDone(): void;
  onClose(): void;
}

export function Confirm({ proposal, network, onDone, onClose }: Props) {
  const { words, node, connected, rules } = usePage();
  const [phase, setPhase] = useState<Phase>('trying');
  const [prepared, setPrepared] = useState<Prepared & { sponsor?: Sponsor }>();
  const [failure, setFailure] = useState<Failure>();
  const [tries, setTries] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const payer = connected?.address;

  useEffect(() => dialog.current?.showModal(), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks for one more try.
  useEffect(() => {
    if (!payer) return;
    let isCurrent = true;
    setPhase('trying');
    setFailure(undefined);
    prepareOrSponsor(connect(node).rpc, proposal.instructions, payer, proposal.watch, node.sponsor).then(
      (prepared) => {
        if (!isCurrent) return;
        setPrepared(prepared);
        setPhase('ready');
      },
      (error) => {
        if (!isCurrent) return;
        setFailure(failureIn(error));
        setPhase('failed');
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [node, payer, proposal, tries]);

  const signAndSend = async () => {
    if (!connected || !prepared) return;
    try {
      setPhase('signing');
      const signed = await sign(connected, prepared.bytes, chainOf(network));
      const complete = prepared.sponsor ? await cosign(prepared.sponsor, signed) : signed;
      setPhase('sent');
      await land(connect(node).rpc, complete, prepared.lastValidBlockHeight, setPhase);
      setPhase('confirmed');
      onDone();
    } catch (error) {
      setFailure(failureIn(error));
      setPhase('failed');
    }
  };

  const isUnderWay = phase === 'signing' || isOnItsWay(phase);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      onCancel={(event) => {
        // What is on its way cannot be called back, so the window stays to tell how it ends.
        if (isUnderWay) event.preventDefault();
      }}
      onClose={onClose}
    >
      <div className="stack">
        <h2 id="confirm-title">{proposal.title}</h2>
        <ul className="stack">
          {proposal.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {prepared && phase !== 'trying' && <Foreseen proposal={proposal} prepared={prepared} />}
        <p role="status">{progress(phase, words)}</p>
        {failure && (
          <p role="alert" className="error">
            {inWords(failure, words, rules)}
          </p>
        )}
        <div className="row">
          {phase === 'confirmed' ? (
            <button type="button" className="primary" onClick={() => dialog.current?.close()}>
              {words.act.close}
            </button>
          ) : (
            <>
              <button type="button" disabled={isUnderWay} onClick={() => dialog.current?.close()}>
                {words.act.cancel}
              </button>
              {phase === 'failed' ? (
                <button type="button" className="primary" onClick={() => setTries(tries + 1)}>
                  {words.act.retry}
                </button>
              ) : (
                <button type="button" className="primary" disabled={phase !== 'ready'} onClick={signAndSend}>
                  {words.act.sign}
                </button>
              )}
            </>
          )}
        </div>
      </div>
    </dialog>
  );
}

function Foreseen({ proposal, prepared }: { proposal: Proposal; prepared: Prepared & { sponsor?: Sponsor } }) {
  const { words } = usePage();
  const { pays } = sponsorWords(words);
  const { sponsor, fee } = prepared;
  const isTold = prepared.after.length > 0 && prepared.after.every((account) => account !== undefined);
  const told = isTold ? proposal.afterwards?.(prepared.after) : undefined;
  return (
    <>
      {proposal.afterwards && (
        <p>
          <strong>{words.confirm.after}: </strong>
          {told ?? words.confirm.afterUnknown}
        </p>
      )}
      <p className="quiet address">
        {sponsor ? pays(hostOf(sponsor.url), sponsor.address, sol(fee)) : words.confirm.fee(sol(fee))}
      </p>
    </>
  );
}

const isOnItsWay = (phase: Phase): phase is Way => ['sent', 'processed', 'silent'].includes(phase);

function progress(phase: Phase, { confirm }: Words): string {
  switch (phase) {
    case 'trying':
      return confirm.trying;
    case 'signing':
      return confirm.signing;
    case 'sent':
      return confirm.sent;
    case 'processed':
      return confirm.processed;
    case 'silent':
      return confirm.silent;
    case 'confirmed':
      return confirm.confirmed;
    case 'ready':
    case 'failed':
      return '';
  }
}

function failureIn(error: unknown): Failure {
  return error instanceof Failed ? error.failure : { kind: 'other', text: String(error) };
}

/** A failure as what to do. The program's errors come from its own table. */
export function inWords(failure: Failure, words: Words, rules: Rules): string {
  const { failed } = words;
  const { failed: sponsor } = sponsorWords(words);
  switch (failure.kind) {
    case 'rule':
      return failed.rule(rules.refusal(failure.code));
    case 'other':
      return failed.other(failure.text);
    case 'sponsor':
      return sponsor.sponsor(failure.text);
    case 'sponsor_away':
      return sponsor.away;
    case 'sponsor_empty':
      return sponsor.empty;
    default:
      return failed[failure.kind];
  }
}
