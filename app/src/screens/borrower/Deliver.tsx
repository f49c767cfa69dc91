// An unlock that is asked for, delivered: the reader signs a request, the function sends the unlock to the car and brings the
// car's receipt, and the reader brings the receipt to the chain.
import type { Address } from '@solana/kit';
import { useEffect, useRef, useState } from 'react';
import { type Answer, deliver, eventFor } from '../../chain/deliver';
import type { LoanState } from '../../chain/loan';
import { invokeMessage, openReceipt, type Receipt, seal } from '../../chain/messages';
import { connect } from '../../chain/network';
import { usePage } from '../../page';
import { canSignMessages, signMessage } from '../../wallet/wallets';
import type { Words } from '../../words/en';
import { invocationAt, invocationOf, type OpenCall } from './proposals';

/** How long one signed request is used, milliseconds: a function takes it for two minutes. */
const PATIENCE = 100_000;

type Phase =
  | { is: 'idle' }
  | { is: 'signing' }
  | { is: 'asking'; last?: Answer }
  | { is: 'ended'; last: Answer | { kind: 'declined' } | { kind: 'settled' } }
  | { is: 'done'; receipt: Receipt; call: OpenCall };

interface Props {
  state: LoanState;
  seq: bigint;
  /** The chain's time. */
  now: number;
  blocked: string | undefined;
  onSigned(envelope: string, notAfter: number | undefined): void;
  onReceipt(receipt: Receipt, call: OpenCall): void;
}

export function Deliver({ state, seq, now, blocked, onSigned, onReceipt }: Props) {
  const { words, node, connected } = usePage();
  const [phase, setPhase] = useState<Phase>({ is: 'idle' });
  const ending = useRef<AbortController>(undefined);
  const { vehicle, unlockUri } = state.loan;

  // Another unlock, or none any more: what is under way is for the old one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `seq` makes it another unlock.
  useEffect(() => () => ending.current?.abort(), [seq, unlockUri]);

  const run = async () => {
    if (!connected) return;
    const end = new AbortController();
    ending.current = end;
    const show = (phase: Phase) => !end.signal.aborted && setPhase(phase);
    const invocation = await invocationOf(vehicle, seq);
    const asker = connected.address;
    const message = invokeMessage(invocation, asker, BigInt(now));
    show({ is: 'signing' });
    let signature: Uint8Array;
    try {
      signature = await signMessage(connected, message);
    } catch {
      show({ is: 'ended', last: { kind: 'declined' } });
      return;
    }
    show({ is: 'asking' });
    const event = () => eventFor(seal(asker, signature, message), asker, invocation, state.slot);
    const until = Date.now() + PATIENCE;
    const last = await deliver(unlockUri, event, until, (last) => show({ is: 'asking', last }), end.signal);
    if (end.signal.aborted) return;
    if (last.kind === 'signed') onSigned(last.envelope, last.notAfter);
    if (last.kind === 'receipt') show(await received(last.bytes, invocation));
    else show({ is: 'ended', last });
  };

  /** The function is not believed: what the car signed is verified here before it is shown as done. */
  const received = async (bytes: Uint8Array<ArrayBuffer>, invocation: Address): Promise<Phase> => {
    const { deviceKey } = state.vehicle;
    const receipt = await openReceipt(bytes, { deviceKey, vehicle, invocation, seq });
    if (!receipt) return { is: 'ended', last: { kind: 'nonsense' } };
    const call = await invocationAt(connect(node).rpc, invocation).catch(() => undefined);
    if (!call) return { is: 'ended', last: { kind: 'settled' } };
    onReceipt(receipt, call);
    return { is: 'done', receipt, call };
  };

  if (phase.is === 'done') {
    return (
      <>
        <p role="status">{words.deliver.done}</p>
        <button type="button" disabled={blocked !== undefined} onClick={() => onReceipt(phase.receipt, phase.call)}>
          {words.settle.title}
        </button>
      </>
    );
  }
  const refusal =
    blocked ?? (connected && !canSignMessages(connected) ? words.deliver.cannot(connected.wallet.name) : undefined);
  const isUnderWay = phase.is === 'signing' || phase.is === 'asking';
  const isError = phase.is === 'ended' && phase.last.kind !== 'signed' && phase.last.kind !== 'settled';
  return (
    <>
      <button
        type="button"
        disabled={refusal !== undefined || isUnderWay}
        aria-describedby="deliver-what"
        onClick={run}
      >
        {words.deliver.button}
      </button>
      <p id="deliver-what" className="quiet">
        {refusal ?? words.deliver.what}
      </p>
      <p role="status">{isError ? '' : told(phase, words)}</p>
      {isError && (
        <p role="alert" className="error">
          {told(phase, words)}
        </p>
      )}
    </>
  );
}

function told(phase: Phase, { deliver: say }: Words): string {
  switch (phase.is) {
    case 'idle':
    case 'done':
      return '';
    case 'signing':
      return say.signing;
    case 'asking':
      if (phase.last?.kind === 'waiting') return say.waiting;
      if (phase.last?.kind === 'later') return say.later(phase.last.message);
      return phase.last?.kind === 'unreachable' ? say.again : say.asking;
    case 'ended':
      switch (phase.last.kind) {
        case 'waiting':
          return say.silent;
        case 'later':
          return say.gaveUp(phase.last.message);
        case 'refused':
          return say.refused(phase.last.message);
        case 'signed':
          return say.onlySigned;
        case 'receipt':
          return '';
        default:
          return say[phase.last.kind];
      }
  }
}
