// A lost key of the borrower: the lender proposes another, and both sign when its time has come.
import { type Address, createNoopSigner, isAddress } from '@solana/kit';
import { useState } from 'react';
import { getRecoverBorrowerInstruction } from '../../../../client';
import { usePage } from '../../../../page';
import { useChanges } from '../../../../rules/changes';
import { useKeyWords } from '../../../../words/keys';
import { sol } from '../../../../words/money';
import { useSignWords } from '../../../../words/sign';
import { useReading } from '../../../borrower/parts';
import { type Offer, OfferDialog } from '../../../sign/OfferDialog';
import { useNonce } from '../../../sign/useNonce';
import { Act, Field } from '../Act';
import type { ActProps } from '../Acts';

/** A key that stands for any other while none is written. */
const ANY = 'SysvarC1ock11111111111111111111111111111111';

export function RecoveryAct({ state, now, ...acting }: ActProps) {
  const { node, connected } = usePage();
  const changes = useChanges();
  const [own, sign] = [useKeyWords(), useSignWords()];
  const { when, span } = useReading(state);
  const [text, setText] = useState('');
  const [offer, setOffer] = useState<Offer>();
  const { hasNonce, rent } = useNonce(state.slot);
  const key = text.trim();
  const asked = changes?.borrowerKey(state.bytes.loan, isAddress(key) ? key : ANY, now);
  if (!asked) return null;
  const { proposed } = asked;
  const accounts = { lender: state.loan.lender, loan: state.address };
  return (
    <>
      <Act
        id="recover"
        title={own.recover.title}
        body={own.recover.body(span(asked.wait), span(asked.bar))}
        button={own.recover.button}
        needs="authority"
        acting={acting}
        refused={asked.propose}
        onAct={() => {
          if (!isAddress(key)) return own.badWallet;
          const lines = [own.recover.proposeLine(key), own.recover.fromLine(when(now + asked.wait).reader)];
          if (proposed) lines.push(own.recover.replaces(proposed.key));
          acting.propose(({ signer }) => ({
            title: own.recover.title,
            lines: [...lines, own.recover.check],
            instructions: [
              getRecoverBorrowerInstruction({ ...accounts, authority: createNoopSigner(signer), newKey: key }),
            ],
          }));
          return undefined;
        }}
      >
        <Field type="address" label={own.wallet} value={text} onChange={setText} />
        <p>{own.recover.check}</p>
      </Act>
      {proposed && (
        <Act
          id="recover-complete"
          title={own.recover.completeTitle}
          body={`${own.recover.proposed(proposed.key)}. ${own.recover.from(when(proposed.from).reader)}`}
          button={own.recover.complete}
          needs="authority"
          acting={acting}
          refused={asked.complete}
          lacks={hasNonce === false ? sign.offer.accountBody(sol(rent)) : undefined}
          onAct={() => {
            const newKey = proposed.key as Address;
            setOffer({
              title: own.recover.completeTitle,
              lines: [own.recover.takesOver(newKey), own.recover.probation(span(asked.probation)), own.noDeadline],
              instructions: [
                getRecoverBorrowerInstruction({
                  ...accounts,
                  authority: createNoopSigner(connected?.address ?? state.lender.authority),
                  newBorrower: createNoopSigner(newKey),
                  newKey,
                }),
              ],
              to: own.recover.to,
            });
            return undefined;
          }}
        />
      )}
      {offer && acting.network && (
        <OfferDialog key={node.rpc} offer={offer} network={acting.network} onClose={() => setOffer(undefined)} />
      )}
    </>
  );
}
