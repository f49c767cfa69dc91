use anchor_lang::prelude::*;

use super::ACCOUNT_VERSION;

/// A car loan: its terms, its ledger, and where it stands.
///
/// Seeds: `loan`, vehicle, `index` as little-endian `u32`. Its associated token account is the car's wallet.
#[account]
#[derive(InitSpace)]
pub struct Loan {
    /// Layout version.
    pub version: u8,
    /// PDA bump.
    pub bump: u8,
    /// Who lent.
    pub lender: Pubkey,
    /// Who owes.
    pub borrower: Pubkey,
    /// The car that secures it.
    pub vehicle: Pubkey,
    /// The car's wallet: this account's associated token account for the lender's mint.
    pub wallet: Pubkey,
    /// Which loan on the vehicle, from 0.
    pub index: u32,
    /// Where it stands.
    pub status: LoanStatus,
    /// What both parties signed.
    pub terms: Terms,
    /// The money.
    pub ledger: Ledger,
    /// The last notice of a delinquency. It counts if it was served since the oldest unpaid instalment fell due.
    pub notice: Option<Notice>,
    /// No lock or warning before this time: a promise to pay. 0 if there is none.
    pub hold_until: i64,
    /// No lock before this time: an emergency start. 0 if there is none.
    pub emergency_until: i64,
    /// Emergency starts used.
    pub emergency_used: u8,
    /// Extensions granted.
    pub extensions_used: u8,
    /// Instalments due when the last warning was asked for; at most one warning each.
    pub warned_through: u16,
    /// Invocation accounts that exist for this loan.
    pub invocations_open: u16,
    /// When it was originated.
    pub opened_at: i64,
    /// When it last fell into default, 0 if never.
    pub defaulted_at: i64,
    /// Who paid the rent of loan, escrow and wallet, and gets it back.
    pub rent_payer: Pubkey,
    /// Kept for later fields.
    pub reserved: [u8; 32],
}

/// Whose loan it is, and where its money is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoanParties {
    /// Who lends.
    pub lender: Pubkey,
    /// Who owes.
    pub borrower: Pubkey,
    /// The car that secures it.
    pub vehicle: Pubkey,
    /// The car's wallet.
    pub wallet: Pubkey,
    /// Who pays the rent, and gets it back.
    pub rent_payer: Pubkey,
}

impl Loan {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"loan";

    /// The loan number `index` on its vehicle, lent at `now`.
    pub fn new(bump: u8, parties: LoanParties, index: u32, terms: Terms, now: i64) -> Self {
        let LoanParties { lender, borrower, vehicle, wallet, rent_payer } = parties;
        Self {
            version: ACCOUNT_VERSION,
            bump,
            lender,
            borrower,
            vehicle,
            wallet,
            index,
            status: LoanStatus::Active,
            terms,
            ledger: Ledger { principal: terms.principal, accrued_at: now, ..Ledger::default() },
            notice: None,
            hold_until: 0,
            emergency_until: 0,
            emergency_used: 0,
            extensions_used: 0,
            warned_through: 0,
            invocations_open: 0,
            opened_at: now,
            defaulted_at: 0,
            rent_payer,
            reserved: [0; 32],
        }
    }

    /// What the program signs with for the car wallet.
    pub fn signer_seeds(&self) -> LoanSignerSeeds {
        LoanSignerSeeds { vehicle: self.vehicle, index: self.index.to_le_bytes(), bump: [self.bump] }
    }

    /// Whether a promise to pay keeps warnings and locks away at `now`.
    pub const fn is_on_hold(&self, now: i64) -> bool {
        now < self.hold_until
    }

    /// Whether an emergency start keeps locks away at `now`.
    pub const fn is_in_emergency_start(&self, now: i64) -> bool {
        now < self.emergency_until
    }
}

/// The seeds of a loan's address, its bump last.
#[derive(Clone, Copy, Debug)]
pub struct LoanSignerSeeds {
    vehicle: Pubkey,
    index: [u8; 4],
    bump: [u8; 1],
}

impl LoanSignerSeeds {
    /// As a cross-program call wants them.
    pub fn as_slices(&self) -> [&[u8]; 4] {
        [Loan::SEED, self.vehicle.as_ref(), &self.index, &self.bump]
    }
}

/// Where a loan stands.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoanStatus {
    /// Running; may be past due within its grace.
    Active,
    /// Past due beyond its grace: a lock can be asked for.
    Defaulted,
    /// Nothing is owed.
    PaidOff,
    /// Given up by the lender: no more late fees, no more locks.
    ChargedOff,
}

impl LoanStatus {
    /// Whether money is still owed.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::PaidOff)
    }
}

/// What lender and borrower sign at origination. Nothing changes it afterwards except an instruction with an event.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Lent, base units.
    pub principal: u64,
    /// Simple interest a year on principal, Actual/365, basis points.
    pub apr_bps: u16,
    /// Each payment but the last, base units. At the last due date all that is owed is due.
    pub instalment: u64,
    /// How many payments.
    pub count: u16,
    /// The first due date.
    pub first_due: i64,
    /// From one due date to the next.
    pub period: Period,
    /// From the oldest unpaid due date to default, seconds.
    pub grace_secs: u32,
    /// From a served notice to the earliest lock, seconds; 0 if no notice is owed.
    pub notice_secs: u32,
    /// Charged once for each instalment that is late, base units.
    pub late_fee: u64,
    /// From a due date to its late fee, seconds.
    pub late_after_secs: u32,
    /// How long an emergency start lasts, seconds.
    pub emergency_secs: u32,
    /// How many emergency starts there are.
    pub emergency_max: u8,
    /// How long a lock stands without renewal, seconds; 0 until unlocked.
    pub lock_ttl_secs: u32,
    /// How many extensions may be granted.
    pub max_extensions: u8,
    /// Periods by which extensions have moved the schedule; 0 when signed.
    pub deferred: u16,
    /// What a payment pays first.
    pub waterfall: Waterfall,
    /// What an overpayment does.
    pub overpayment: Overpayment,
}

impl Terms {
    /// From a served notice to the earliest lock, seconds, if a notice is owed.
    pub fn notice_secs(&self) -> Option<u32> {
        Some(self.notice_secs).filter(|secs| *secs > 0)
    }

    /// How long a lock stands without renewal, seconds, if it ends by itself.
    pub fn lock_ttl_secs(&self) -> Option<u32> {
        Some(self.lock_ttl_secs).filter(|secs| *secs > 0)
    }
}

/// The time from one due date to the next.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A fixed number of seconds.
    Seconds(u32),
    /// Calendar months: the first due date's day each time, or the month's last day if it has no such day.
    Months(u8),
}

/// What a payment pays first.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waterfall {
    /// Interest, then principal, then fees: a fee never keeps an instalment unpaid.
    InterestPrincipalFees,
    /// Fees, then interest, then principal.
    FeesInterestPrincipal,
}

/// What a payment beyond what is due does.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overpayment {
    /// Lowers the principal; the next instalment stays due.
    ReducePrincipal,
    /// Pays the next instalments ahead.
    PayAhead,
}

/// The money of a loan, base units.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Principal owed. Rises only at origination.
    pub principal: u64,
    /// Interest accrued and unpaid.
    pub interest: u64,
    /// The fraction of a base unit accrued beyond `interest`, in 1/315,360,000,000.
    pub interest_remainder: u64,
    /// Interest is accrued up to here.
    pub accrued_at: i64,
    /// Late fees owed.
    pub fees: u64,
    /// Paid toward the schedule so far.
    pub paid_scheduled: u64,
    /// Instalments whose late fee is decided, from the first.
    pub late_decided: u16,
    /// Principal paid so far.
    pub principal_paid: u64,
    /// Interest paid so far.
    pub interest_paid: u64,
    /// Fees paid so far.
    pub fees_paid: u64,
    /// Returned to the borrower from the wallet so far.
    pub withdrawn: u64,
}

/// Proof that the borrower was told of a delinquency.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When it was served.
    pub served_at: i64,
    /// SHA-256 of the notice, or of the command whose receipted warning counts as one.
    pub evidence: [u8; 32],
    /// How it was served, as [`NoticeChannels`] bits.
    pub channels: u8,
}

/// Ways to serve a notice, as bits of [`Notice::channels`].
pub struct NoticeChannels;

impl NoticeChannels {
    /// By post.
    pub const MAIL: u8 = 1;
    /// By e-mail.
    pub const EMAIL: u8 = 2;
    /// By text message.
    pub const TEXT: u8 = 4;
    /// By telephone.
    pub const PHONE: u8 = 8;
    /// In a web or mobile application.
    pub const APP: u8 = 16;
    /// By the car itself, proven by its receipt.
    pub const CAR: u8 = 32;
    /// Every channel there is.
    pub const ALL: u8 = 63;
}
