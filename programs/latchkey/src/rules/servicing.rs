//! What changes in a loan beside payments: promises, stays, extensions, waivers, emergency starts, and its early ends.

use super::calendar::DAY;
use super::gates::check_default;
use super::ledger::Wallet;
use super::loan_at::LoanAt;
use super::payments::{Payment, follow_status, look, look_at_open};
use super::schedule::last_due;
use super::terms::MAX_TERM_SECS;
use super::{Ruled, check, later};
use crate::errors::LatchkeyError as E;
use crate::state::{Loan, LoanStatus, Vehicle};

/// The longest hold that the servicer's key places, seconds: 45 days. A stolen servicer's key must not give a fleet away.
pub const MAX_SERVICER_HOLD_SECS: i64 = 45 * DAY;

/// The longest hold of all, and the longest stay, seconds: a mistyped date must not forbid locks for ever.
pub const MAX_HOLD_SECS: i64 = 366 * DAY;

/// Days past due from which a closed-end loan can be charged off (FFIEC Uniform Retail Credit Classification).
pub const CHARGE_OFF_DAYS: i64 = 120;

/// Refuses what both parties signed for a loan that has changed since, or whose time is over.
pub fn check_agreed(loan: &Loan, revision: u32, deadline: i64, now: i64) -> Ruled<()> {
    check(loan.revision == revision, E::RevisionChanged)?;
    check(now <= deadline, E::DeadlinePassed)
}

/// Counts a change that parties who sign later must know of.
pub fn revise(loan: &mut Loan) -> Ruled<()> {
    loan.revision = loan.revision.checked_add(1).ok_or(E::Overflow)?;
    Ok(())
}

/// A promise up to `until`. It can be prolonged; only both parties shorten it.
pub fn place_hold(loan: &mut Loan, until: i64, by_authority: bool, now: i64) -> Ruled<()> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    let longest = if by_authority { MAX_HOLD_SECS } else { MAX_SERVICER_HOLD_SECS };
    let last = now.checked_add(longest).ok_or(E::Overflow)?;
    check(until > now && until > loan.hold_until && until <= last, E::InvalidHold)?;
    loan.hold_until = until;
    revise(loan)
}

/// The early end of a hold.
pub fn lift_hold(loan: &mut Loan, now: i64) -> Ruled<()> {
    check(loan.is_on_hold(now), E::NotOnHold)?;
    loan.hold_until = 0;
    revise(loan)
}

/// A stay from `from` to `until`: no default, late fee, warning or lock inside it, and grace and notice begin again at its end. A
/// stay that is not over is only prolonged, without a gap.
pub fn place_stay(loan: &mut Loan, wallet: Wallet, from: i64, until: i64, now: i64) -> Ruled<Payment> {
    let last = now.checked_add(MAX_HOLD_SECS).ok_or(E::Overflow)?;
    check(now <= from && from < until && until <= last, E::InvalidStay)?;
    let mut begins = from;
    if now < loan.stay_until {
        check(until > loan.stay_until && from <= loan.stay_until, E::InvalidStay)?;
        begins = begins.min(loan.stay_from);
    }
    let looked = look_at_open(loan, wallet, now)?;
    // Grace and notice started again at the end of the last stay. A later one in its place would let them count from before, so
    // it begins at once.
    let oldest = LoanAt::new(loan, wallet, now).oldest_unpaid_due()?;
    if now >= loan.stay_until && oldest.is_some_and(|due| due < loan.stay_until) {
        begins = now;
    }
    (loan.stay_from, loan.stay_until) = (begins, until);
    follow_status(loan, wallet, now)?;
    revise(loan)?;
    Ok(looked)
}

/// Moves every due date by one period. What was past due may no longer be: then a defaulted loan is active again.
pub fn extend(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Payment> {
    check(loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    check(loan.extensions_used < loan.terms.max_extensions, E::NoExtensionLeft)?;
    let looked = look_at_open(loan, wallet, now)?;
    let mut terms = loan.terms;
    terms.deferred = terms.deferred.checked_add(1).ok_or(E::Overflow)?;
    let end = loan.opened_at.checked_add(MAX_TERM_SECS).ok_or(E::Overflow)?;
    check(last_due(&terms) <= end, E::TermsTooLong)?;
    loan.terms = terms;
    loan.extensions_used = loan.extensions_used.checked_add(1).ok_or(E::Overflow)?;
    follow_status(loan, wallet, now)?;
    revise(loan)?;
    Ok(looked)
}

/// Forgives `amount` of the fees charged so far. A loan that owes nothing else is paid off by it.
pub fn waive_fees(loan: &mut Loan, wallet: Wallet, amount: u64, now: i64) -> Ruled<Payment> {
    check(amount > 0, E::ZeroAmount)?;
    let looked = look_at_open(loan, wallet, now)?;
    loan.ledger.fees = loan.ledger.fees.checked_sub(amount).ok_or(E::WaiverTooLarge)?;
    follow_status(loan, wallet, now)?;
    Ok(looked)
}

/// Lets the car start for `emergency_secs`, as often as the terms grant. It bars locks from now on, and begins to run with
/// the next proven unlock, or when a requested unlock would have expired.
pub fn emergency_start(loan: &mut Loan, vehicle: &Vehicle, now: i64) -> Ruled<()> {
    check(vehicle.lock_asked().is_some(), E::NothingToUnlock)?;
    check(!loan.is_in_emergency_start(now), E::InEmergencyStart)?;
    check(loan.emergency_used < loan.terms.emergency_max, E::NoEmergencyStartLeft)?;
    loan.emergency_used = loan.emergency_used.checked_add(1).ok_or(E::Overflow)?;
    loan.emergency_from = later(now, loan.unlock_ttl_secs)?;
    Ok(())
}

/// Gives the loan up, [`CHARGE_OFF_DAYS`] past due or later. Returns what the look took, and when the oldest unpaid
/// instalment was due.
pub fn charge_off(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<(Payment, i64)> {
    check(loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    let looked = look_at_open(loan, wallet, now)?;
    let oldest = LoanAt::new(loan, wallet, now).oldest_unpaid_due()?.ok_or(E::TooEarlyToChargeOff)?;
    check((now - oldest) / DAY >= CHARGE_OFF_DAYS, E::TooEarlyToChargeOff)?;
    // Fees charged up to here stay; later ones never come.
    loan.status = LoanStatus::ChargedOff;
    Ok((looked, oldest))
}

/// What the lender forgave, base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgiven {
    /// Principal.
    pub principal: u64,
    /// Interest.
    pub interest: u64,
    /// Late fees.
    pub fees: u64,
}

/// Ends the loan for less than is owed. What was due by now is taken as far as the wallet goes, and the rest is forgiven.
pub fn settle(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<(Payment, Forgiven)> {
    let looked = look_at_open(loan, wallet, now)?;
    let ledger = &mut loan.ledger;
    let forgiven = Forgiven { principal: ledger.principal, interest: ledger.interest, fees: ledger.fees };
    (ledger.principal, ledger.interest, ledger.interest_remainder, ledger.fees) = (0, 0, 0, 0);
    loan.status = LoanStatus::Settled;
    Ok((looked, forgiven))
}

/// Takes `amount` out of a wallet that holds `wallet`: what is neither due nor unsent.
pub fn withdraw_surplus(loan: &mut Loan, wallet: Wallet, amount: u64, now: i64) -> Ruled<Payment> {
    check(amount > 0, E::ZeroAmount)?;
    let looked = look(loan, wallet, now)?;
    check(loan.ledger.free(wallet) >= amount, E::NotSurplus)?;
    loan.ledger.withdrawn = loan.ledger.withdrawn.checked_add(amount).ok_or(E::Overflow)?;
    Ok(looked)
}

/// Declares a default. Returns what the look took, and when the oldest unpaid instalment was due.
pub fn declare_default(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<(Payment, i64)> {
    check(loan.status == LoanStatus::Active, E::NotActive)?;
    let looked = look(loan, wallet, now)?;
    let at = LoanAt::new(loan, wallet, now);
    check_default(&at)?;
    let oldest = at.past_due()?;
    loan.status = LoanStatus::Defaulted;
    loan.defaulted_at = now;
    Ok((looked, oldest))
}

#[cfg(test)]
mod tests;
