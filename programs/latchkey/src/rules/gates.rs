//! When a default may be declared and what may be asked of a car. Each gate looks at the world as it is now and
//! trusts no earlier step.

use super::ledger::Position;
use super::{check, Ruled};
use crate::errors::LatchkeyError as E;
use crate::state::{Action, Lender, Loan, LoanStatus, Vehicle};

/// A default: still past due after the grace, with a wallet that cannot pay.
pub fn check_default(loan: &Loan, wallet: u64, now: i64) -> Ruled<()> {
    check(loan.status == LoanStatus::Active, E::NotActive)?;
    let position = check_past_due(loan, wallet, now)?;
    let oldest = position.oldest_unpaid_due.ok_or(E::NotPastDue)?;
    let grace_ends = oldest.checked_add(i64::from(loan.terms.grace_secs)).ok_or(E::Overflow)?;
    check(now >= grace_ends, E::GraceNotOver)
}

/// A warning: past due, once for each instalment, and neither held nor paused.
pub fn check_warn(lender: &Lender, loan: &Loan, vehicle: &Vehicle, wallet: u64, now: i64) -> Ruled<()> {
    check(loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    let position = check_past_due(loan, wallet, now)?;
    check(position.instalments_due > loan.warned_through, E::AlreadyWarned)?;
    check_quiet(lender, loan, now)?;
    check(vehicle.open.is_none(), E::InvocationOpen)
}

/// A lock: the loan is in default, past due this moment, with a wallet that cannot cure it, a matured notice, no
/// hold, no emergency start, no pause, and nothing else asked of the car. A standing lock is renewed only in its
/// last third.
pub fn check_lock(lender: &Lender, loan: &Loan, vehicle: &Vehicle, wallet: u64, now: i64) -> Ruled<()> {
    check(loan.status == LoanStatus::Defaulted, E::NotDefaulted)?;
    check_past_due(loan, wallet, now)?;
    check_notice(loan, now)?;
    check_quiet(lender, loan, now)?;
    check(now >= loan.courtesy_until, E::InCourtesy)?;
    check(!vehicle.lock.holds_at(now) || vehicle.lock.is_renewable_at(now), E::LockStands)?;
    check(vehicle.open.is_none(), E::InvocationOpen)
}

/// An unlock: there is something to unlock, and the loan is not in default, or on hold, in an emergency start, or the
/// lender asks. Neither pause nor an empty escrow stands in its way, and it supersedes whatever else is open.
pub fn check_unlock(loan: &Loan, vehicle: &Vehicle, by_lender: bool, now: i64) -> Ruled<()> {
    check(vehicle.lock.is_locked() || vehicle.has_open(Action::Lock), E::NothingToUnlock)?;
    let due = by_lender
        || loan.status != LoanStatus::Defaulted
        || now < loan.hold_until
        || now < loan.courtesy_until;
    check(due, E::UnlockNotDue)?;
    let live_unlock = vehicle.open.is_some_and(|open| open.action == Action::Unlock && now < open.expires_at);
    check(!live_unlock, E::InvocationOpen)
}

fn check_past_due(loan: &Loan, wallet: u64, now: i64) -> Ruled<Position> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    let position = Position::at(loan, wallet, now)?;
    check(position.past_due > 0, E::NotPastDue)?;
    check(position.is_beyond(wallet), E::WalletCanPay)?;
    Ok(position)
}

fn check_notice(loan: &Loan, now: i64) -> Ruled<()> {
    if loan.terms.notice_secs == 0 {
        return Ok(());
    }
    let notice = loan.notice.ok_or(E::NoticeNotServed)?;
    let matures = notice.served_at.checked_add(i64::from(loan.terms.notice_secs)).ok_or(E::Overflow)?;
    check(now >= matures, E::NoticeNotMatured)
}

fn check_quiet(lender: &Lender, loan: &Loan, now: i64) -> Ruled<()> {
    check(now >= loan.hold_until, E::OnHold)?;
    check(!lender.is_paused(now), E::LenderPaused)
}
