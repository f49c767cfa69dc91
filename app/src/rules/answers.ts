// The shapes in which `crates/rules-wasm` answers. Amounts are decimal text of base units, times Unix seconds.

export type Amount = string;
export type Time = number;

export type Standing =
  | 'paid_off'
  | 'settled'
  | 'charged_off'
  | 'unlocking'
  | 'emergency_start'
  | 'locked'
  | 'stayed'
  | 'on_hold'
  | 'defaulted'
  | 'warned'
  | 'past_due'
  | 'current';

/** A rule that refuses. */
export interface Refused {
  code: number;
  name: string;
  text: string;
}

export interface Quote {
  at: Time;
  principal: Amount;
  interest: Amount;
  fees: Amount;
  payoff: Amount;
  free: Amount;
  unsent: Amount;
  per_diem: Amount;
  past_due: Amount;
  days_past_due: number;
  next_due: Time | null;
}

export interface Outlook {
  shortfall: { instalment: number; due: Time; amount: Amount } | null;
  late_fee_at: Time | null;
  warn_from: Time | null;
  default_at: Time | null;
  earliest_lock: Time | null;
}

export interface LoanView {
  standing: Standing;
  car: {
    is_locked: boolean;
    may_be_locked: boolean;
    locked_until: Time | null;
    open: 'warn' | 'lock' | 'unlock' | null;
    open_until: Time | null;
    is_distrusted: boolean;
    next_seq: string;
  };
  quote: Quote;
  outlook: Outlook;
  cure: Amount;
  unlock: { refused: Refused | null };
  emergency: { refused: Refused | null; left: number; until: Time | null };
}

export type PortfolioRow = { standing: Standing; quote: Quote } | { error: Refused };

export interface Plan {
  instalment: Amount;
  finance_charge: Amount;
  total_of_payments: Amount;
  payments: { due: Time; amount: Amount; interest: Amount; principal: Amount; balance: Amount }[];
}

/** What a lender can do to a loan; each is allowed, or refused by a rule. */
export type LenderAct =
  | 'hold'
  | 'hold_by_servicer'
  | 'lift_hold'
  | 'stay'
  | 'extend'
  | 'waive'
  | 'amend'
  | 'settle'
  | 'charge_off'
  | 'sale'
  | 'default'
  | 'warn'
  | 'lock'
  | 'unlock'
  | 'close';

export interface ServicingView {
  refused: Record<LenderAct, Refused | null>;
  /** The same for a notice by each channel that people serve. */
  notice: (Refused | null)[];
  notices: {
    /** From when a service counts; none while nothing is past due. */
    since: Time | null;
    channels: boolean[];
    is_complete: boolean;
    final_counts: boolean;
    is_final_next: boolean;
    matures_at: Time | null;
  };
  /** The last moment up to which a hold or a stay may go. */
  longest: { authority: Time; servicer: Time };
}

/** An escrow, lamports. */
export interface EscrowView {
  available: Amount;
  withdrawable: Amount;
  unlock_fee: Amount;
  /** How many calls it pays; null where they cost nothing. */
  locks: Amount | null;
  warnings: Amount | null;
}
