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

/** What terms cost if every payment arrives on its due date. Amounts are cents, or units of a mint that has no cents. */
export interface Cost {
  /** The annual percentage rate of Regulation Z, hundredths of a percent; null for a loan of less than a day. */
  apr_hundredths: Amount | null;
  finance_charge: Amount;
  amount_financed: Amount;
  total_of_payments: Amount;
  payments: { due: Time; payment: Amount; interest: Amount; principal: Amount; balance: Amount }[];
  /** The first payment that is all interest, counted from 0. */
  only_interest: number | null;
}

/** A loan that is not written yet. */
export interface Origination {
  refused: Refused | null;
  /** The instalment that was asked about, or the level one; null where the terms are refused. */
  instalment: Amount | null;
  /** The smallest first deposit into the escrow, lamports. */
  least_escrow: Amount;
  cost: Cost | null;
}

/** What a change means for the borrower. */
export type Effect = 'better' | 'worse' | 'depends';

/** A term by its name in the contract. */
export type TermName =
  | 'principal'
  | 'apr_ppm'
  | 'instalment'
  | 'count'
  | 'first_due'
  | 'calendar'
  | 'grace_secs'
  | 'late_fee'
  | 'late_after_secs'
  | 'warn_after_secs'
  | 'notice_secs'
  | 'min_channels'
  | 'notice_after_default'
  | 'final_notice_secs'
  | 'notice_max_age_secs'
  | 'emergency_secs'
  | 'emergency_max'
  | 'lock_ttl_secs'
  | 'max_extensions'
  | 'overpayment'
  | 'public_unlock';

/** An amendment that both parties sign. */
export interface Amended {
  refused: Refused | null;
  instalment: Amount | null;
  changes: { term: TermName; effect: Effect }[];
  /** What is left would cost this; null where it is refused, or nothing is left. */
  cost: Cost | null;
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
