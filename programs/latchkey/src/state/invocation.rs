use anchor_lang::prelude::*;

use super::{ACCOUNT_VERSION, Action, Function, Loan};
use crate::rules::invocation::Requested;

/// One function call asked for and paid in advance: it holds its fee, and the bond of the keeper that leases it.
///
/// Seeds: `invocation`, vehicle, `seq` as little-endian `u64`. A sequence number is never used twice, so neither
/// is the address.
#[account]
#[derive(InitSpace)]
pub struct Invocation {
    /// Layout version.
    pub version: u8,
    /// PDA bump.
    pub bump: u8,
    /// Whose allow-list and function it is.
    pub lender: Pubkey,
    /// The loan it was asked for.
    pub loan: Pubkey,
    /// The car it is for.
    pub vehicle: Pubkey,
    /// The loan's borrower, who may always claim an unlock.
    pub borrower: Pubkey,
    /// Sequence number, unique and rising for the vehicle.
    pub seq: u64,
    /// What is asked.
    pub action: Action,
    /// The function's revision when it was asked.
    pub function_revision: u32,
    /// The function's command key when it was asked.
    pub command_key: Pubkey,
    /// Paid for the proven call, lamports held in this account.
    pub fee: u64,
    /// What a claimer puts up, lamports.
    pub bond: u64,
    /// How long one claim lasts, seconds.
    pub lease_secs: u32,
    /// When it was asked.
    pub requested_at: i64,
    /// It cannot be claimed from this time on.
    pub expires_at: i64,
    /// When a lock ends by itself; 0 if only an unlock ends it, or if this is no lock.
    pub lock_until: i64,
    /// Instalments due when it was asked.
    pub instalment: u16,
    /// The keeper at work.
    pub claim: Option<Claim>,
    /// The last keeper whose lease lapsed in silence; it may not claim this again.
    pub last_lapsed: Option<Pubkey>,
    /// Who paid this account's rent and gets it back.
    pub rent_payer: Pubkey,
    /// Kept for later fields.
    pub reserved: [u8; 32],
}

impl Invocation {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"invocation";

    /// An unclaimed call of `function` for `loan`, requested at `now`. It holds the function's fee; bump and rent payer
    /// are the caller's to set.
    pub fn new(function: &Function, loan_key: Pubkey, loan: &Loan, requested: Requested, now: i64) -> Self {
        let Requested { seq, expires_at, lock_until, instalment } = requested;
        Self {
            version: ACCOUNT_VERSION,
            bump: 0,
            lender: loan.lender,
            loan: loan_key,
            vehicle: loan.vehicle,
            borrower: loan.borrower,
            seq,
            action: function.action,
            function_revision: function.revision,
            command_key: function.command_key,
            fee: function.fee,
            bond: function.bond,
            lease_secs: function.lease_secs,
            requested_at: now,
            expires_at,
            lock_until: lock_until.unwrap_or(0),
            instalment,
            claim: None,
            last_lapsed: None,
            rent_payer: Pubkey::default(),
            reserved: [0; 32],
        }
    }

    /// Whether a keeper's lease runs at `now`.
    pub fn is_leased_at(&self, now: i64) -> bool {
        self.claim.is_some_and(|claim| now < claim.lease_end)
    }
}

/// A keeper's exclusive right to fulfil an invocation for a while.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who is paid when the car's receipt arrives.
    pub keeper: Pubkey,
    /// The lease is over at this time.
    pub lease_end: i64,
    /// Put up by the keeper, lamports held in the invocation.
    pub bond: u64,
}
