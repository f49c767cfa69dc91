// The contract's own moments, in order, as far as they lie ahead.
import type { LoanState } from '../../chain/loan';
import type { LoanView } from '../../rules/answers';

export type MomentKind =
  | 'due'
  | 'lateFee'
  | 'warn'
  | 'default'
  | 'lock'
  | 'lockNow'
  | 'lockEnds'
  | 'holdEnds'
  | 'stayEnds'
  | 'emergencyEnds';

export interface TimelineMoment {
  kind: MomentKind;
  /** Unix seconds; none for what can happen at any moment. */
  at: number | undefined;
  amount: bigint | undefined;
}

export function timeline(state: LoanState, view: LoanView, now: number): TimelineMoment[] {
  const { outlook, car, emergency } = view;
  const { loan } = state;
  const moments: TimelineMoment[] = [];
  const add = (kind: MomentKind, at: number | null | undefined, amount?: bigint) => {
    if (at !== null && at !== undefined && at > now) moments.push({ kind, at, amount });
  };
  if (outlook.shortfall) add('due', outlook.shortfall.due, BigInt(outlook.shortfall.amount));
  add('lateFee', outlook.late_fee_at, loan.terms.lateFee);
  add('warn', outlook.warn_from);
  add('default', outlook.default_at);
  if (!car.may_be_locked) add('lock', outlook.earliest_lock);
  if (car.may_be_locked) add('lockEnds', car.locked_until);
  add('holdEnds', Number(loan.holdUntil));
  if (loan.stayFrom <= BigInt(now)) add('stayEnds', Number(loan.stayUntil));
  add('emergencyEnds', emergency.until);
  moments.sort((left, right) => (left.at ?? 0) - (right.at ?? 0));
  const isLockPossible = !car.may_be_locked && outlook.earliest_lock !== null && outlook.earliest_lock <= now;
  return isLockPossible ? [{ kind: 'lockNow', at: undefined, amount: undefined }, ...moments] : moments;
}
