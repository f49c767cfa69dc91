// The old wallet signs first, the new one last: it takes over nothing that it cannot sign for.
import { createNoopSigner, isAddress } from '@solana/kit';
import { type FormEvent, useState } from 'react';
import { advanceNonce, createNonce } from '../../../chain/offer';
import { getRotateBorrowerInstruction } from '../../../client';
import { usePage } from '../../../page';
import { useChanges } from '../../../rules/changes';
import { useKeyWords } from '../../../words/keys';
import { sol } from '../../../words/money';
import { useSignWords } from '../../../words/sign';
import { type Offer, OfferDialog } from '../../sign/OfferDialog';
import { useNonce } from '../../sign/useNonce';
import { proposedKey } from '../rights';
import type { MoveProps } from './MoveLoan';

/** A key that stands for any other while none is written. */
const ANY = 'SysvarC1ock11111111111111111111111111111111';

export default function MoveForm({ state, now, blocked, network, onPropose }: MoveProps) {
  const changes = useChanges();
  const { words, node, connected } = usePage();
  const [own, sign] = [useKeyWords(), useSignWords()];
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [offer, setOffer] = useState<Offer>();
  const { hasNonce, rent } = useNonce(state.slot);
  const key = text.trim();
  const asked = changes?.borrowerKey(state.bytes.loan, isAddress(key) ? key : ANY, now);
  const refusal =
    blocked ??
    (!asked
      ? words.loading
      : asked.rotate
        ? words.failed.rule(asked.rotate)
        : hasNonce === false
          ? sign.offer.accountBody(sol(rent))
          : undefined);
  const owner = connected?.address;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(isAddress(key) ? undefined : own.badWallet);
    if (!isAddress(key) || !owner) return;
    const lines = [own.rotate.line(key), own.rotate.old(owner), own.rotate.keep, own.noDeadline];
    if (proposedKey(state.loan)) lines.push(own.rotate.proposal);
    setOffer({
      title: own.rotate.title,
      lines,
      instructions: [
        getRotateBorrowerInstruction({
          borrower: createNoopSigner(owner),
          newBorrower: createNoopSigner(key),
          loan: state.address,
        }),
      ],
      to: own.rotate.to,
    });
  };
  const setUp = async () => {
    if (!owner) return;
    onPropose({
      title: sign.offer.account,
      lines: [sign.offer.accountLine(sol(rent))],
      instructions: await createNonce(owner, rent),
    });
  };
  const takeBack = async () => {
    if (!owner) return;
    onPropose({ title: sign.offer.back, lines: [sign.offer.backBody], instructions: [await advanceNonce(owner)] });
  };
  return (
    <>
      <p>{own.rotate.body}</p>
      <p>
        <strong>{own.rotate.warning}</strong>
      </p>
      {!blocked && hasNonce === false && (
        <button type="button" onClick={setUp}>
          {sign.offer.accountButton}
        </button>
      )}
      <form className="stack" onSubmit={submit} noValidate>
        <label>
          {own.wallet}
          <input
            autoComplete="off"
            spellCheck={false}
            value={text}
            aria-invalid={wrong !== undefined}
            aria-describedby={wrong ? 'move-wrong' : undefined}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {wrong && (
          <p id="move-wrong" role="alert" className="error">
            {wrong}
          </p>
        )}
        <button type="submit" disabled={refusal !== undefined} aria-describedby={refusal ? 'move-why' : undefined}>
          {own.rotate.button}
        </button>
      </form>
      {refusal && (
        <p id="move-why" className="quiet">
          {refusal}
        </p>
      )}
      {!blocked && hasNonce && (
        <button type="button" onClick={takeBack}>
          {sign.offer.backButton}
        </button>
      )}
      {offer && network && (
        <OfferDialog key={node.rpc} offer={offer} network={network} onClose={() => setOffer(undefined)} />
      )}
    </>
  );
}
