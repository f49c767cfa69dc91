// The nonce account that keeps a link valid: how it is set up, and how open links are taken back.
import { advanceNonce, createNonce } from '../../chain/offer';
import { usePage } from '../../page';
import { sol } from '../../words/money';
import { useSignWords } from '../../words/sign';
import type { Proposal } from '../Confirm';
import { Act, type Acting } from '../lender/loan/Act';
import type { useNonce } from '../sign/useNonce';

interface Props {
  nonce: ReturnType<typeof useNonce>;
  acting: Pick<Acting, 'role' | 'blocked'>;
  onPropose(proposal: Proposal): void;
}

export function NonceActs({ nonce, acting, onPropose }: Props) {
  const { connected } = usePage();
  const { offer: words } = useSignWords();
  if (!acting.role || nonce.hasNonce === undefined || !connected) return null;
  const signer = connected.address;
  return nonce.hasNonce ? (
    <Act
      id="take-back"
      title={words.back}
      body={words.backBody}
      button={words.backButton}
      acting={acting}
      refused={null}
      onAct={() => {
        advanceNonce(signer).then((advance) =>
          onPropose({ title: words.back, lines: [words.backBody], instructions: [advance] }),
        );
        return undefined;
      }}
    />
  ) : (
    <Act
      id="nonce"
      title={words.account}
      body={words.accountBody(sol(nonce.rent))}
      button={words.accountButton}
      acting={acting}
      refused={null}
      onAct={() => {
        createNonce(signer, nonce.rent).then((instructions) =>
          onPropose({ title: words.account, lines: [words.accountLine(sol(nonce.rent))], instructions }),
        );
        return undefined;
      }}
    />
  );
}
