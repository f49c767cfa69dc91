// What a lender grants without the borrower: a lower rate, fee and debt, a longer grace.
import { useState } from 'react';
import { useLenderWords } from '../../../words/lender';
import { parseMoney } from '../../../words/money';
import { Act, Field } from './Act';
import type { ActProps } from './Acts';
import { type Easing, ease } from './proposals';

const DAY = 86_400;

/** A rate a year in percent, as parts per million; none if it is no such rate. */
export function parseRate(text: string): number | undefined {
  const match = /^\s*(\d{1,3})(?:[.,](\d{1,4}))?\s*$/.exec(text);
  return match ? Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0')) : undefined;
}

export function EaseAct({ state, servicing, ...acting }: ActProps) {
  const own = useLenderWords();
  const { ease: words } = own.act;
  const { terms } = state.loan;
  const { decimals } = state.mint;
  const [rate, setRate] = useState('');
  const [lateFee, setLateFee] = useState('');
  const [grace, setGrace] = useState('');
  const [principal, setPrincipal] = useState('');
  const [interest, setInterest] = useState('');

  /** What was written; what is left empty stays. A sentence if something is no amount. */
  const easing = (): Easing | string => {
    const amount = (text: string, empty: bigint) => (text.trim() ? parseMoney(text, decimals) : empty);
    const aprPpm = rate.trim() ? parseRate(rate) : terms.aprPpm;
    const [fee, forgivePrincipal, forgiveInterest] = [
      amount(lateFee, terms.lateFee),
      amount(principal, 0n),
      amount(interest, 0n),
    ];
    if (aprPpm === undefined) return words.badRate;
    if (fee === undefined || forgivePrincipal === undefined || forgiveInterest === undefined) return own.act.badAmount;
    if (!/^\s*\d{0,4}\s*$/.test(grace)) return words.badDays;
    const graceSecs = grace.trim() ? Number(grace) * DAY : terms.graceSecs;
    return { aprPpm, lateFee: fee, graceSecs, forgivePrincipal, forgiveInterest };
  };

  return (
    <Act
      id="ease"
      title={words.title}
      body={words.body}
      button={words.button}
      needs="authority"
      acting={acting}
      refused={servicing.refused.amend}
      onAct={() => {
        const written = easing();
        if (typeof written === 'string') return written;
        const changed =
          written.aprPpm !== terms.aprPpm ||
          written.lateFee !== terms.lateFee ||
          written.graceSecs !== terms.graceSecs ||
          written.forgivePrincipal + written.forgiveInterest > 0n;
        if (!changed) return words.nothing;
        acting.propose((deal) => ease(deal, written));
        return undefined;
      }}
    >
      <Field label={words.rate} value={rate} onChange={setRate} />
      <Field label={words.lateFee} value={lateFee} onChange={setLateFee} />
      <Field label={words.grace} value={grace} onChange={setGrace} />
      <Field label={words.forgivePrincipal} value={principal} onChange={setPrincipal} />
      <Field label={words.forgiveInterest} value={interest} onChange={setInterest} />
    </Act>
  );
}
