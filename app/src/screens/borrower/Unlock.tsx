// An unlock: asked for, delivered by its function, or fetched from it to hold before the car.
import { useEffect, useState } from 'react';
import type { LoanState } from '../../chain/loan';
import type { Receipt } from '../../chain/messages';
import { fetchUnlock, type SignedUnlock } from '../../chain/unlock';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { Code } from '../Code';
import { Deliver } from './Deliver';
import { Section } from './parts';
import { invocationOf, type OpenCall } from './proposals';

export function Unlock({
  state,
  view,
  now,
  blocked,
  onUnlock,
  onReceipt,
}: {
  state: LoanState;
  view: LoanView;
  now: number;
  blocked: string | undefined;
  onUnlock(): void;
  onReceipt(receipt: Receipt, call: OpenCall): void;
}) {
  const { words } = usePage();
  const { refused } = view.unlock;
  const isAsked = view.car.open === 'unlock';
  const refusal = isAsked ? undefined : refused ? words.failed.rule(refused) : blocked;
  return (
    <Section id="unlock" title={words.unlock.title}>
      {isAsked ? <p role="status">{words.unlock.asked}</p> : !refused && <p>{words.unlock.allowed}</p>}
      {!isAsked && (
        <button type="button" disabled={refusal !== undefined} onClick={onUnlock}>
          {words.act.unlock}
        </button>
      )}
      {refusal && <p className="quiet">{refusal}</p>}
      <AtFunction state={state} view={view} now={now} isAsked={isAsked} blocked={blocked} onReceipt={onReceipt} />
    </Section>
  );
}

/** What the unlock function does for the reader: it has the car unlocked, or signs the unlock for a QR code. Whoever carries
 *  that to the car unlocks it: it is due, so nobody is to be kept from it. */
function AtFunction({
  state,
  view,
  now,
  isAsked,
  blocked,
  onReceipt,
}: {
  state: LoanState;
  view: LoanView;
  now: number;
  isAsked: boolean;
  blocked: string | undefined;
  onReceipt(receipt: Receipt, call: OpenCall): void;
}) {
  const { words } = usePage();
  const [signed, setSigned] = useState<SignedUnlock>();
  const [problem, setProblem] = useState<string>();
  const [isAsking, setIsAsking] = useState(false);
  const { unlockUri, vehicle } = state.loan;
  const seq = BigInt(view.car.next_seq) - 1n;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another unlock makes this one old.
  useEffect(() => setSigned(undefined), [seq]);

  const ask = async () => {
    setProblem(undefined);
    setIsAsking(true);
    try {
      setSigned(await fetchUnlock(unlockUri, await invocationOf(vehicle, seq)));
    } catch (error) {
      setProblem(words.unlock.failed(error instanceof Error ? error.message : String(error)));
    } finally {
      setIsAsking(false);
    }
  };

  if (unlockUri === '') return <p className="quiet">{words.unlock.noAddress}</p>;
  return (
    <>
      {isAsked && (
        <Deliver
          key={String(seq)}
          state={state}
          seq={seq}
          now={now}
          blocked={blocked}
          onSigned={(envelope, notAfter) => setSigned({ envelope, notAfter })}
          onReceipt={onReceipt}
        />
      )}
      <button type="button" disabled={!isAsked || isAsking} onClick={ask}>
        {isAsking ? words.unlock.calling : words.unlock.call}
      </button>
      {!isAsked && <p className="quiet">{words.unlock.askFirst}</p>}
      {problem && (
        <p role="alert" className="error">
          {problem}
        </p>
      )}
      {signed && (
        <figure>
          <Code text={signed.envelope} label={words.unlock.code} />
          <figcaption>{words.unlock.hold}</figcaption>
        </figure>
      )}
    </>
  );
}
