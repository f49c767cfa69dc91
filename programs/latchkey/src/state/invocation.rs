use anchor_lang::prelude::*;
use latchkey_layout::Record;

use super::{Action, Loan, MAX_COMMAND_KEYS, Version, set_key};
use crate::rules::invocation::{Offer, Requested};

/// One function call asked for and paid in advance: it holds its fee, and the bond of the keeper that leases it.
///
/// Seeds: `invocation`, vehicle, `seq` as little-endian `u64`. A sequence number is never used twice, so neither
/// is the address.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct Invocation {
    /// Layout version.
    pub version: Version,
    /// PDA bump.
    pub bump: u8,
    /// Whose allow-list and function it is.
    pub lender: Pubkey,
    /// The loan it was asked for.
    pub loan: Pubkey,
    /// The car it is for.
    pub vehicle: Pubkey,
    /// Sequence number, unique and rising for the vehicle.
    pub seq: u64,
    /// What is asked.
    pub action: Action,
    /// The function's revision when it was asked; 0 for an unlock, which reads no function.
    pub function_revision: u32,
    /// How many command keys must sign.
    pub required: u8,
    /// The function's command keys when it was asked. An unlock has none here: the loan pins its keys.
    pub command_keys: [Pubkey; MAX_COMMAND_KEYS],
    /// Paid for the proven call, lamports held in this account.
    pub fee: u64,
    /// What a claimer puts up, lamports.
    pub bond: u64,
    /// How long one claim lasts, seconds; 0 for an unlock, which is not claimed.
    pub lease_secs: u32,
    /// When it was asked.
    pub requested_at: i64,
    /// It cannot be claimed from this time on, and anyone may close it.
    pub expires_at: i64,
    /// When a lock ends by itself; 0 if this is no lock.
    pub lock_until: i64,
    /// The instalment that a warning is about: those due and past `warn_after_secs`, counted from 1.
    pub instalment: u16,
    /// Whether a warning is a final notice.
    pub is_final: bool,
    /// The keeper at work; zero if there is none.
    pub claim_keeper: Pubkey,
    /// That keeper's lease is over at this time.
    pub claim_lease_end: i64,
    /// Put up by that keeper, lamports held in this account.
    pub claim_bond: u64,
    /// The last keeper whose lease lapsed in silence; it may not claim this again. Zero if there is none.
    pub last_lapsed: Pubkey,
    /// Who paid this account's rent and gets it back.
    pub rent_payer: Pubkey,
}

impl Invocation {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"invocation";

    /// An unclaimed call on `offer` for `loan`, requested at `now`. It holds the offer's fee; bump and rent payer are
    /// the caller's to set.
    pub fn new(offer: &Offer, loan_key: Pubkey, loan: &Loan, requested: Requested, now: i64) -> Self {
        let Requested { seq, expires_at, lock_until, instalment, is_final } = requested;
        Self {
            version: Version::CURRENT,
            bump: 0,
            lender: loan.lender,
            loan: loan_key,
            vehicle: loan.vehicle,
            seq,
            action: offer.action,
            function_revision: offer.revision,
            required: offer.required,
            command_keys: offer.command_keys,
            fee: offer.fee,
            bond: offer.bond,
            lease_secs: offer.lease_secs,
            requested_at: now,
            expires_at,
            lock_until: lock_until.unwrap_or(0),
            instalment,
            is_final,
            claim_keeper: Pubkey::default(),
            claim_lease_end: 0,
            claim_bond: 0,
            last_lapsed: Pubkey::default(),
            rent_payer: Pubkey::default(),
        }
    }

    /// The keys that may sign its command: an unlock's are those that `loan`, its own, pins. Zero keys stand last and are
    /// none.
    pub fn signing_keys<'a>(&'a self, loan: &'a Loan) -> &'a [Pubkey] {
        match self.action {
            Action::Unlock => &loan.unlock_keys,
            Action::Warn | Action::Lock => &self.command_keys,
        }
    }

    /// The keeper at work, whether or not its lease has lapsed.
    pub fn claim(&self) -> Option<Claim> {
        let Self { claim_keeper: keeper, claim_lease_end: lease_end, claim_bond: bond, .. } = *self;
        set_key(keeper).map(|keeper| Claim { keeper, lease_end, bond })
    }

    /// Starts or ends a claim.
    pub fn set_claim(&mut self, claim: Option<Claim>) {
        let none = Claim { keeper: Pubkey::default(), lease_end: 0, bond: 0 };
        let Claim { keeper, lease_end, bond } = claim.unwrap_or(none);
        (self.claim_keeper, self.claim_lease_end, self.claim_bond) = (keeper, lease_end, bond);
    }

    /// The last keeper whose lease lapsed in silence.
    pub fn last_lapsed(&self) -> Option<Pubkey> {
        set_key(self.last_lapsed)
    }

    /// Whether a keeper's lease runs at `now`.
    pub fn is_leased_at(&self, now: i64) -> bool {
        self.claim().is_some_and(|claim| now < claim.lease_end)
    }
}

/// A keeper's exclusive right to fulfil an invocation for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who is paid when the car's receipt arrives.
    pub keeper: Pubkey,
    /// The lease is over at this time.
    pub lease_end: i64,
    /// Put up by the keeper, lamports held in the invocation.
    pub bond: u64,
}
