//! When a default may be declared and what may be requested of a car. Each gate judges the loan as it is now and
//! relies on no earlier step.

use super::ledger::Position;
use super::loan_at::LoanAt;
use super::notices;
use super::schedule::instalments_due;
use super::{Ruled, check, later};
use crate::errors::LatchkeyError as E;
use crate::state::{Action, Lender, LoanStatus, Vehicle};

/// Warnings that may be requested of one instalment, as a notice, and again as a final notice.
pub const MAX_WARNINGS: u8 = 2;

/// Who asks for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The lender's authority or servicer signs.
    Lender,
    /// The borrower signs.
    Borrower,
    /// Anyone else.
    Anyone,
}

/// A default: past due after the grace, with a wallet that cannot pay.
pub fn check_default(at: &LoanAt) -> Ruled<()> {
    check(at.loan.status == LoanStatus::Active, E::NotActive)?;
    at.check_in_default()
}

/// A warning: past due, `warn_after_secs` after the due date, at most twice for each instalment, nothing else open.
pub fn check_warn(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check_warning_due(at, lender, vehicle)?;
    let warning = Warning::of(at)?;
    check(warning.attempts < MAX_WARNINGS, E::AlreadyWarned)?;
    let is_open = vehicle.open_request().is_some_and(|open| at.now < open.expires_at);
    check(!is_open, E::InvocationOpen)
}

/// A lock: the loan is in default at this moment, with a matured notice, no hold, no stay, no emergency start, no pause,
/// and a car that is trusted. It takes the place of an open warning or unlock, never of a lock whose time is not over. A
/// standing lock is renewed only in its last third.
pub fn check_lock(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check_lock_stands(at, lender, vehicle)?;
    check_no_lock_open(at, vehicle)
}

/// A default and, in the same transaction, a lock.
pub fn check_default_and_lock(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check_default(at)?;
    check_lock_due(at, lender, vehicle)?;
    check_no_lock_open(at, vehicle)
}

/// An unlock: a lock was requested and no unlock proven since, and the loan is not in default at this moment, or on hold,
/// stayed, in an emergency start, or the lender asks. A borrower may ask without a lock on record, if the loan's state makes
/// an unlock due.
///
/// Whether the lock's receipt ever arrived does not matter: a keeper that died after the car obeyed must not keep it
/// locked. Neither pause nor an empty escrow nor a treasury that takes no payment stands in its way, and it takes the place
/// of any other open request. What cannot be computed counts in the driver's favour.
pub fn check_unlock(at: &LoanAt, vehicle: &Vehicle, asker: Asker) -> Ruled<()> {
    let (loan, now) = (at.loan, at.now);
    check(vehicle.lock_asked().is_some() || asker == Asker::Borrower, E::NothingToUnlock)?;
    let due = asker == Asker::Lender
        || loan.is_on_hold(now)
        || loan.is_in_emergency_start(now)
        || !is_in_default_after_a_look(at);
    check(due, E::UnlockNotDue)?;
    check(!vehicle.open.is_live(Action::Unlock, now), E::InvocationOpen)
}

/// A loan that was left for more moments than one call walks is not known to be in default.
fn is_in_default_after_a_look(at: &LoanAt) -> bool {
    let looked = at.loan.status.is_enforced() && Position::at(at.loan, at.wallet, at.now).is_ok();
    looked && at.is_in_default().unwrap_or(false)
}

/// Whether a lock of the loan is right at this moment, whatever is open.
pub(super) fn check_lock_stands(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check(at.loan.status == LoanStatus::Defaulted, E::NotDefaulted)?;
    check_lock_due(at, lender, vehicle)
}

/// Whether a warning is right at this moment, whatever was requested before.
pub(super) fn check_warning_due(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check(at.loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    let oldest = at.past_due()?;
    check(at.now >= later(oldest, at.loan.terms.warn_after_secs)?, E::TooEarlyToWarn)?;
    check_quiet(at, lender, vehicle)
}

fn check_lock_due(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    at.check_in_default()?;
    // A lock is renewed if it stands and no unlock was asked for since.
    let renewable_from = vehicle.renewable_from().filter(|_| vehicle.lock.holds_at(at.now));
    notices::check_matured(at, renewable_from.is_some())?;
    check_quiet(at, lender, vehicle)?;
    check(renewable_from.is_none_or(|from| at.now >= from), E::LockStands)
}

fn check_no_lock_open(at: &LoanAt, vehicle: &Vehicle) -> Ruled<()> {
    check(!vehicle.open.is_live(Action::Lock, at.now), E::InvocationOpen)
}

fn check_quiet(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check(!at.loan.is_on_hold(at.now), E::OnHold)?;
    check(!at.loan.is_stayed(at.now), E::OnStay)?;
    check(!at.loan.is_in_emergency_start(at.now), E::InEmergencyStart)?;
    check(!lender.is_paused(at.now), E::LenderPaused)?;
    check(!vehicle.distrusted, E::DeviceDistrusted)
}

/// What a warning requested now would be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The instalments that are past `warn_after_secs`, which is the number of the newest.
    pub instalment: u16,
    /// Whether it is a final notice.
    pub is_final: bool,
    /// Warnings requested of this instalment before, of the same kind.
    pub attempts: u8,
}

impl Warning {
    /// The warning that a loan would get now.
    pub fn of(at: &LoanAt) -> Ruled<Self> {
        let (terms, notices) = (&at.loan.terms, &at.loan.notices);
        let instalment = instalments_due(terms, at.now.saturating_sub(i64::from(terms.warn_after_secs)));
        let is_final = notices::is_final_notice_next(at)?;
        let attempts = match (notices.warned_instalment == instalment, is_final) {
            (false, _) => 0,
            (true, false) => notices.warn_attempts,
            (true, true) => notices.final_attempts,
        };
        Ok(Self { instalment, is_final, attempts })
    }
}

#[cfg(test)]
mod tests;
