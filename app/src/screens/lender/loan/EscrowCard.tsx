// The escrow: what it holds, what calls cost, how long it lasts, and moving SOL in and out.
import { useMemo, useState } from 'react';
import { Action } from '../../../client';
import { usePage } from '../../../page';
import { useLenderWords } from '../../../words/lender';
import { parseSol, sol } from '../../../words/money';
import { Section } from '../../borrower/parts';
import { Field, useRefusal } from './Act';
import type { ActProps } from './Acts';
import { deposit, withdraw } from './proposals';
import { Sums } from './Sections';

export function EscrowCard({ state, around, ...acting }: ActProps) {
  const { rules } = usePage();
  const own = useLenderWords();
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const fee = (action: Action) => around?.functions[action]?.fee;
  const escrow = around?.escrow;
  const [warnFee, lockFee] = [fee(Action.Warn), fee(Action.Lock)];
  const standing = useMemo(
    () =>
      escrow &&
      rules.escrow({
        escrow: escrow.bytes,
        loan: state.bytes.loan,
        lamports: escrow.lamports,
        rent: escrow.rent,
        warn_fee: warnFee ?? 0n,
        lock_fee: lockFee ?? 0n,
      }),
    [rules, escrow, state.bytes.loan, warnFee, lockFee],
  );
  const takes = useRefusal({
    needs: 'authority',
    acting,
    refused: null,
    lacks: standing?.withdrawable === '0' ? own.escrow.empty : undefined,
  });
  if (!around) return null;
  if (!escrow || !standing) {
    return (
      <Section id="escrow" title={own.escrow.title}>
        <p className="quiet">{own.escrow.none}</p>
      </Section>
    );
  }
  const cost = (lamports: bigint | undefined) => (lamports === undefined ? '–' : `${sol(lamports)} SOL`);
  const rows: [string, string][] = [
    [own.escrow.available, cost(BigInt(standing.available))],
    [own.escrow.withdrawable, cost(BigInt(standing.withdrawable))],
    [own.escrow.warn, cost(warnFee)],
    [own.escrow.lock, cost(lockFee)],
    [own.escrow.unlock, cost(BigInt(standing.unlock_fee))],
    [own.escrow.locks, lockFee === undefined ? '–' : (standing.locks ?? own.escrow.unlimited)],
    [own.escrow.warnings, warnFee === undefined ? '–' : (standing.warnings ?? own.escrow.unlimited)],
  ];
  const move = (make: typeof deposit) => () => {
    const lamports = parseSol(text);
    setIsWrong(!lamports);
    if (lamports) acting.propose((deal) => make(deal, lamports));
  };
  return (
    <Section id="escrow" title={own.escrow.title}>
      <p className="quiet">{own.escrow.body}</p>
      <Sums rows={rows} />
      {standing.locks === '0' && <p role="status">{own.escrow.low}</p>}
      <Field label={own.escrow.sol} value={text} onChange={setText} />
      <div className="row">
        <button type="button" disabled={acting.blocked !== undefined} onClick={move(deposit)}>
          {own.escrow.deposit}
        </button>
        <button type="button" disabled={takes !== undefined} aria-describedby="escrow-why" onClick={move(withdraw)}>
          {own.escrow.withdraw}
        </button>
      </div>
      <p id="escrow-why" className="quiet">
        {takes ?? own.escrow.stays}
      </p>
      {isWrong && (
        <p role="alert" className="error">
          {own.act.badSol}
        </p>
      )}
    </Section>
  );
}
