// A Solana Pay request through the sponsor, as a code to scan and a link to open.
import { useState } from 'react';
import type { LoanState } from '../../chain/loan';
import { payLabel, payLink } from '../../chain/sponsor';
import { usePage } from '../../page';
import { sponsorWords } from '../../words/sponsor';
import { Code } from '../Code';
import { Section } from './parts';

type Shown = { is: 'hidden' } | { is: 'asking' } | { is: 'told'; text: string } | { is: 'code'; label: string };

export function SolanaPay({
  state,
  isDue,
  blocked,
}: {
  state: LoanState;
  isDue: boolean;
  blocked: string | undefined;
}) {
  const { node, words } = usePage();
  const { pay } = sponsorWords(words);
  const [shown, setShown] = useState<Shown>({ is: 'hidden' });
  const { sponsor } = node;
  if (!sponsor) return null;
  const link = payLink(sponsor, state.address);
  const show = async () => {
    setShown({ is: 'asking' });
    try {
      const label = await payLabel(sponsor, state.address);
      setShown(label === undefined ? { is: 'told', text: pay.notOffered } : { is: 'code', label });
    } catch {
      setShown({ is: 'told', text: pay.away });
    }
  };
  const refusal = blocked ?? (isDue ? undefined : pay.nothing);
  return (
    <Section id="solana-pay" title={pay.title}>
      <p>{pay.body}</p>
      {shown.is === 'code' ? (
        <figure>
          <Code text={link} label={pay.code} />
          <figcaption>{pay.hold(shown.label)}</figcaption>
          <p>
            <a href={link}>{pay.open}</a>
          </p>
        </figure>
      ) : (
        <button type="button" disabled={shown.is === 'asking' || refusal !== undefined} onClick={show}>
          {pay.show}
        </button>
      )}
      {refusal && <p className="quiet">{refusal}</p>}
      <p role="status">{shown.is === 'asking' ? pay.asking : shown.is === 'told' ? shown.text : ''}</p>
    </Section>
  );
}
