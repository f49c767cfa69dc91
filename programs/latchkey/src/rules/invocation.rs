//! A paid function call: what may be requested, claimed, settled, given back and cleared away, what its escrow affords,
//! and whether an open call is still due. The program, the keeper and the function all judge by these rules.

use anchor_lang::prelude::Pubkey;

use super::gates::{
    Asker, MAX_WARNINGS, Warning, check_lock, check_lock_stands, check_unlock, check_warn, check_warning_due,
};
use super::ledger::Wallet;
use super::loan_at::LoanAt;
use super::notices;
use super::servicing::revise;
use super::{Ruled, check, later};
use crate::errors::LatchkeyError as E;
use crate::state::{
    Action, AskedLock, Claim, Function, Invocation, Lender, Loan, LockState, MAX_COMMAND_KEYS,
    OpenInvocation, Vehicle,
};

/// How long the hold lasts that comes with an unlock by the lender's own will, seconds.
pub const LENDERS_UNLOCK_HOLD_SECS: i64 = 86_400;

/// What a call costs and how long it lasts: a lender's function, or the unlock that a loan pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it does to the car.
    pub action: Action,
    /// The function's revision; 0 for a pinned unlock.
    pub revision: u32,
    /// How many command keys must sign.
    pub required: u8,
    /// The command keys; none for a pinned unlock: its loan has them.
    pub command_keys: [Pubkey; MAX_COMMAND_KEYS],
    /// Paid for a proven call, lamports.
    pub fee: u64,
    /// What a claimer puts up, lamports.
    pub bond: u64,
    /// How long one claim lasts, seconds.
    pub lease_secs: u32,
    /// How long a request lives, seconds.
    pub ttl_secs: u32,
}

impl From<&Function> for Offer {
    fn from(function: &Function) -> Self {
        Self {
            action: function.action,
            revision: function.revision,
            required: function.required,
            command_keys: function.command_keys,
            fee: function.fee,
            bond: function.bond,
            lease_secs: function.lease_secs,
            ttl_secs: function.ttl_secs,
        }
    }
}

impl Offer {
    /// The unlock as both parties of `loan` signed it. Nothing that the lender changes later changes it.
    pub fn pinned_unlock(loan: &Loan) -> Self {
        Self {
            action: Action::Unlock,
            revision: 0,
            required: 1,
            command_keys: [Pubkey::default(); MAX_COMMAND_KEYS],
            fee: loan.unlock_fee,
            bond: 0,
            lease_secs: 0,
            ttl_secs: loan.unlock_ttl_secs,
        }
    }
}

/// Whether `action` may be requested by `asker`.
pub fn check_request(
    action: Action,
    at: &LoanAt,
    lender: &Lender,
    vehicle: &Vehicle,
    asker: Asker,
) -> Ruled<()> {
    match action {
        Action::Warn => check_warn(at, lender, vehicle),
        Action::Lock => check_lock(at, lender, vehicle),
        Action::Unlock => check_unlock(at, vehicle, asker),
    }
}

/// The fee that an escrow with `available` lamports pays for a call on `offer`. A warning or a lock costs its fee and
/// leaves that of the unlock that must follow. An unlock costs its fee, or what is left; nothing if no lock is on record.
pub fn affordable_fee(offer: &Offer, loan: &Loan, vehicle: &Vehicle, available: u64) -> Ruled<u64> {
    match offer.action {
        Action::Unlock if vehicle.lock_asked().is_none() => Ok(0),
        Action::Unlock => Ok(offer.fee.min(available)),
        Action::Warn | Action::Lock => {
            let needed = offer.fee.checked_add(loan.unlock_fee).ok_or(E::Overflow)?;
            check(available >= needed, E::EscrowShort)?;
            Ok(offer.fee)
        }
    }
}

/// What a request fixes for its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its sequence number: the next one of the vehicle.
    pub seq: u64,
    /// Its time is over then.
    pub expires_at: i64,
    /// When the lock ends by itself, if this is a lock.
    pub lock_until: Option<i64>,
    /// The instalment that a warning is about, counted from 1; 0 for other calls.
    pub instalment: u16,
    /// Whether a warning is a final notice.
    pub is_final: bool,
}

/// Records a request that [`check_request`] allows in the loan and the vehicle.
pub fn request(
    offer: &Offer,
    loan: &mut Loan,
    wallet: Wallet,
    vehicle: &mut Vehicle,
    asker: Asker,
    now: i64,
) -> Ruled<Requested> {
    let seq = vehicle.last_seq_asked.checked_add(1).ok_or(E::Overflow)?;
    let expires_at = later(now, offer.ttl_secs)?;
    let mut requested = Requested { seq, expires_at, lock_until: None, instalment: 0, is_final: false };
    match offer.action {
        Action::Warn => {
            let warning = Warning::of(&LoanAt::new(loan, wallet, now))?;
            requested.instalment = warning.instalment;
            requested.is_final = warning.is_final;
            count_warning(loan, warning)?;
        }
        Action::Lock => {
            let until = later(now, loan.terms.lock_ttl_secs)?;
            requested.lock_until = Some(until);
            // What the car would refuse is not to be claimed: who did would lose its bond.
            requested.expires_at = expires_at.min(until);
            // The car may still obey an earlier lock that ends later, if an amendment made locks shorter.
            vehicle.asked = AskedLock { seq, until: until.max(vehicle.asked.until) };
        }
        Action::Unlock => {
            vehicle.last_unlock_asked = seq;
            if asker == Asker::Lender {
                let until = now.checked_add(LENDERS_UNLOCK_HOLD_SECS).ok_or(E::Overflow)?;
                loan.hold_until = loan.hold_until.max(until);
                revise(loan)?;
            }
        }
    }
    loan.invocations_open = loan.invocations_open.checked_add(1).ok_or(E::Overflow)?;
    vehicle.last_seq_asked = seq;
    vehicle.open = OpenInvocation::new(offer.action, requested.expires_at);
    Ok(requested)
}

fn count_warning(loan: &mut Loan, warning: Warning) -> Ruled<()> {
    let notices = &mut loan.notices;
    if notices.warned_instalment != warning.instalment {
        (notices.warned_instalment, notices.warn_attempts, notices.final_attempts) =
            (warning.instalment, 0, 0);
    }
    let attempts = if warning.is_final { &mut notices.final_attempts } else { &mut notices.warn_attempts };
    *attempts = attempts.checked_add(1).ok_or(E::Overflow)?;
    Ok(())
}

/// Whether no newer request supersedes the call.
pub fn is_newest(invocation: &Invocation, vehicle: &Vehicle) -> bool {
    invocation.seq == vehicle.last_seq_asked
}

/// Whether the call's time is over, or a newer request supersedes it.
pub fn is_over(invocation: &Invocation, vehicle: &Vehicle, now: i64) -> bool {
    now >= invocation.expires_at || !is_newest(invocation, vehicle)
}

/// Whether the open call is still right at this moment. A lock for a loan that was cured since is not: a wrongly locked
/// car harms a person. An unlock, once requested, can only help.
pub fn check_still_due(
    invocation: &Invocation,
    at: &LoanAt,
    lender: &Lender,
    vehicle: &Vehicle,
) -> Ruled<()> {
    match invocation.action {
        Action::Warn => {
            check_warning_due(at, lender, vehicle)?;
            check(Warning::of(at)?.instalment >= invocation.instalment, E::AlreadyWarned)
        }
        Action::Lock => check_lock_stands(at, lender, vehicle),
        Action::Unlock => Ok(()),
    }
}

/// The lease that `keeper` gets if it may claim the call, and the call is right at this moment. An unlock is not claimed:
/// anyone has it done and is paid on the car's receipt.
pub fn check_claim(
    invocation: &Invocation,
    at: &LoanAt,
    lender: &Lender,
    vehicle: &Vehicle,
    keeper: Pubkey,
) -> Ruled<Claim> {
    let now = at.now;
    check(invocation.action != Action::Unlock, E::NotClaimable)?;
    check(is_newest(invocation, vehicle), E::Superseded)?;
    check(now < invocation.expires_at, E::Expired)?;
    check(!invocation.is_leased_at(now), E::Leased)?;
    check(lender.allows_keeper(&keeper), E::KeeperNotAllowed)?;
    let lapsed = invocation.claim().map(|claim| claim.keeper).or(invocation.last_lapsed());
    check(lapsed != Some(keeper), E::LapsedClaimer)?;
    check_still_due(invocation, at, lender, vehicle)?;
    Ok(Claim { keeper, lease_end: later(now, invocation.lease_secs)?, bond: invocation.bond })
}

/// Who is paid for the car's receipt: the keeper that holds the claim, and for an unlock whoever brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payee {
    /// The keeper that holds this claim.
    Claimer(Claim),
    /// Whoever signs.
    Bringer,
}

/// Who is paid for the car's receipt. The receipt counts even if a newer request supersedes the call or its time is over:
/// the work is proven. A change of the device key makes it void, because the new key cannot prove what was requested of the
/// old one; and a key that the lender no longer believes proves unlocks only.
pub fn check_settle(invocation: &Invocation, vehicle: &Vehicle) -> Ruled<Payee> {
    check(invocation.seq > vehicle.void_through, E::InvocationVoid)?;
    if invocation.action == Action::Unlock {
        return Ok(Payee::Bringer);
    }
    let claim = invocation.claim().ok_or(E::NotClaimed)?;
    check(!vehicle.distrusted, E::DeviceDistrusted)?;
    Ok(Payee::Claimer(claim))
}

/// Moves loan and vehicle forward for a proven call. A proven warning may serve notice.
pub fn settle(invocation: &Invocation, loan: &mut Loan, vehicle: &mut Vehicle, now: i64) {
    if invocation.seq > vehicle.last_seq_proven {
        vehicle.last_seq_proven = invocation.seq;
        match invocation.action {
            Action::Warn => {}
            Action::Lock => {
                vehicle.lock =
                    LockState::locked(invocation.seq, invocation.requested_at, invocation.lock_until);
            }
            Action::Unlock => {
                vehicle.lock = LockState::UNLOCKED;
                // A newer lock may have been obeyed since: then this unlock freed nothing.
                if vehicle.asked.seq <= invocation.seq {
                    vehicle.asked = AskedLock::NONE;
                    if loan.is_in_emergency_start(now) {
                        loan.emergency_from = loan.emergency_from.min(now);
                    }
                }
            }
        }
    }
    close(invocation, loan, vehicle);
    if invocation.action == Action::Warn {
        warned(invocation, loan, now);
    }
}

/// The car has warned: of this instalment it does not warn again in the same way, and the borrower was told. The wallet
/// is not looked at: the request has stored what it held. If it cannot be computed whether the warning counts, it does
/// not, and the keeper is paid all the same.
fn warned(invocation: &Invocation, loan: &mut Loan, now: i64) {
    let wallet = Wallet(loan.ledger.unsent);
    let at = LoanAt::new(loan, wallet, now);
    let served = notices::serve_by_car(&at, invocation.requested_at, invocation.is_final);
    let mut notices = served.unwrap_or(loan.notices);
    if notices.warned_instalment == invocation.instalment {
        let attempts =
            if invocation.is_final { &mut notices.final_attempts } else { &mut notices.warn_attempts };
        *attempts = MAX_WARNINGS;
    }
    loan.notices = notices;
}

/// Whether no receipt can settle the claimed call any more, whatever its keeper does: the lender does not believe the device
/// key, or another has taken its place. Then the bond goes back to the keeper, even if the lease has lapsed.
pub fn is_beyond_proof(invocation: &Invocation, vehicle: &Vehicle) -> bool {
    vehicle.distrusted || invocation.seq <= vehicle.void_through
}

/// The claim that `keeper` may give back: its own, while the lease runs, and later too if no receipt could settle the call.
pub fn check_yield(invocation: &Invocation, vehicle: &Vehicle, keeper: Pubkey, now: i64) -> Ruled<Claim> {
    let claim = invocation.claim().ok_or(E::NotClaimed)?;
    check(claim.keeper == keeper, E::NotClaimer)?;
    check(now < claim.lease_end || is_beyond_proof(invocation, vehicle), E::LeaseLapsed)?;
    Ok(claim)
}

/// Whether the call can be cleared away: it is over, and no lease runs.
pub fn check_expire(invocation: &Invocation, vehicle: &Vehicle, now: i64) -> Ruled<()> {
    check(is_over(invocation, vehicle, now) && !invocation.is_leased_at(now), E::NotExpired)
}

/// Clears an unfulfilled call out of loan and vehicle. A warning that was requested counts as an attempt all the same.
pub fn expire(invocation: &Invocation, loan: &mut Loan, vehicle: &mut Vehicle) {
    close(invocation, loan, vehicle);
}

fn close(invocation: &Invocation, loan: &mut Loan, vehicle: &mut Vehicle) {
    if is_newest(invocation, vehicle) {
        vehicle.open = OpenInvocation::NONE;
    }
    loan.invocations_open = loan.invocations_open.saturating_sub(1);
}

#[cfg(test)]
mod tests;
