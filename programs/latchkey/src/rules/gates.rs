//! When a default may be declared and what may be requested of a car. Each gate judges the loan as it is now and
//! relies on no earlier step.

use super::ledger::{Position, Wallet};
use super::loan_at::LoanAt;
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Action, Lender, Loan, LoanStatus, Vehicle};

/// A default: still past due after the grace, with a wallet that cannot pay. Returns the position it was judged on.
pub fn check_default(at: &LoanAt) -> Ruled<Position> {
    check(at.loan.status == LoanStatus::Active, E::NotActive)?;
    let position = at.past_due()?;
    let oldest = position.oldest_unpaid_due.ok_or(E::NotPastDue)?;
    let grace_ends = oldest.checked_add(i64::from(at.loan.terms.grace_secs)).ok_or(E::Overflow)?;
    check(at.now >= grace_ends, E::GraceNotOver)?;
    Ok(position)
}

/// A warning: past due, one for each instalment, and neither on hold nor paused.
pub fn check_warn(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check_warning_due(at, lender, at.loan.warned_through.saturating_add(1))?;
    check(vehicle.open.is_none(), E::InvocationOpen)
}

/// A lock: the loan is in default, past due at this moment, with a wallet that cannot cure it, a matured notice, no
/// hold, no emergency start, no pause, and nothing else requested of the car. A standing lock is renewed only in its
/// last third.
pub fn check_lock(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check(at.loan.status == LoanStatus::Defaulted, E::NotDefaulted)?;
    check_lock_due(at, lender, vehicle)?;
    check(vehicle.open.is_none(), E::InvocationOpen)
}

/// A default and, in the same transaction, a lock.
pub fn check_default_and_lock(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    check_default(at)?;
    check_lock_due(at, lender, vehicle)?;
    check(vehicle.open.is_none(), E::InvocationOpen)
}

/// An unlock: a lock was requested and no unlock proven since, and the loan is not in default, or on hold, in an
/// emergency start, or its wallet can cure it, or the lender asks. Whether the lock's receipt ever arrived does not
/// matter: a keeper that died after the car obeyed must not keep it locked. Neither pause nor an empty escrow nor a
/// treasury that takes no payment stands in its way, and it supersedes any other open request.
pub fn check_unlock(at: &LoanAt, vehicle: &Vehicle, by_lender: bool) -> Ruled<()> {
    let (loan, now) = (at.loan, at.now);
    check(vehicle.lock_asked.is_some(), E::NothingToUnlock)?;
    let due = by_lender
        || loan.status != LoanStatus::Defaulted
        || loan.is_on_hold(now)
        || loan.is_in_emergency_start(now)
        || at.can_cure();
    check(due, E::UnlockNotDue)?;
    let live_unlock = vehicle.open.is_some_and(|open| open.action == Action::Unlock && now < open.expires_at);
    check(!live_unlock, E::InvocationOpen)
}

/// Whether a warning about the instalments through number `through`, counted from 1, is right at this moment.
pub(super) fn check_warning_due(at: &LoanAt, lender: &Lender, through: u16) -> Ruled<()> {
    check(at.loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    let position = at.past_due()?;
    check(position.instalments_due >= through, E::AlreadyWarned)?;
    check_quiet(at, lender)
}

/// Whether a lock of a defaulted loan is right at this moment.
pub(super) fn check_lock_due(at: &LoanAt, lender: &Lender, vehicle: &Vehicle) -> Ruled<()> {
    at.past_due()?;
    check_notice(at)?;
    check_quiet(at, lender)?;
    check(!at.loan.is_in_emergency_start(at.now), E::InEmergencyStart)?;
    check(!vehicle.lock.holds_at(at.now) || vehicle.lock.is_renewable_at(at.now), E::LockStands)
}

/// Whether a warning that the car proves now serves notice: something is past due, and no notice of it is in force.
/// If that cannot be computed it does not, and the keeper is paid all the same.
pub fn warning_serves_notice(loan: &Loan, now: i64) -> bool {
    let at = LoanAt::new(loan, Wallet(0), now);
    at.position().is_ok_and(|position| position.past_due > 0) && at.notice_in_force().is_none()
}

fn check_notice(at: &LoanAt) -> Ruled<()> {
    let Some(notice_secs) = at.loan.terms.notice_secs() else {
        return Ok(());
    };
    let notice = at.notice_in_force().ok_or(E::NoticeNotServed)?;
    let matures = notice.served_at.checked_add(i64::from(notice_secs)).ok_or(E::Overflow)?;
    check(at.now >= matures, E::NoticeNotMatured)
}

fn check_quiet(at: &LoanAt, lender: &Lender) -> Ruled<()> {
    check(!at.loan.is_on_hold(at.now), E::OnHold)?;
    check(!lender.is_paused(at.now), E::LenderPaused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{lender, loan, terms, vehicle};
    use crate::state::{AskedLock, LockState, Notice, OpenInvocation};

    /// Defaulted at 1,060: the first instalment was due at 1,000, grace is 50 s.
    struct Fixture {
        lender: Lender,
        loan: Loan,
        vehicle: Vehicle,
    }

    impl Fixture {
        fn defaulted() -> Self {
            let mut loan = loan(terms());
            loan.status = LoanStatus::Defaulted;
            Self { lender: lender(), loan, vehicle: vehicle() }
        }

        fn lock(&self, wallet: u64, now: i64) -> Result<(), u32> {
            check_lock(&at(&self.loan, wallet, now), &self.lender, &self.vehicle).map_err(u32::from)
        }

        fn warn(&self, wallet: u64, now: i64) -> Result<(), u32> {
            check_warn(&at(&self.loan, wallet, now), &self.lender, &self.vehicle).map_err(u32::from)
        }

        fn unlock(&self, by_lender: bool, now: i64) -> Result<(), u32> {
            self.unlock_with(0, by_lender, now)
        }

        fn unlock_with(&self, wallet: u64, by_lender: bool, now: i64) -> Result<(), u32> {
            check_unlock(&at(&self.loan, wallet, now), &self.vehicle, by_lender).map_err(u32::from)
        }
    }

    fn at(loan: &Loan, wallet: u64, now: i64) -> LoanAt<'_> {
        LoanAt::new(loan, Wallet(wallet), now)
    }

    fn defaults(loan: &Loan, wallet: u64, now: i64) -> Result<(), u32> {
        check_default(&at(loan, wallet, now)).map(|_| ()).map_err(u32::from)
    }

    fn code(error: E) -> Result<(), u32> {
        Err(u32::from(error))
    }

    #[test]
    fn a_default_waits_for_the_grace_to_the_second() {
        let loan = loan(terms());
        let at = |now| defaults(&loan, 0, now);
        assert_eq!(at(999), code(E::NotPastDue));
        assert_eq!(at(1_049), code(E::GraceNotOver));
        assert_eq!((at(1_050), at(1_051)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_borrower_whose_wallet_can_pay_is_neither_defaulted_nor_warned_nor_locked() {
        let mut fixture = Fixture::defaulted();
        assert_eq!(fixture.lock(1_000, 1_060), code(E::WalletCanPay));
        assert_eq!(fixture.warn(1_000, 1_060), code(E::WalletCanPay));
        assert_eq!(fixture.lock(999, 1_060), Ok(()));
        fixture.loan.status = LoanStatus::Active;
        assert_eq!(defaults(&fixture.loan, 1_000, 1_060), code(E::WalletCanPay));
        assert_eq!(defaults(&fixture.loan, 999, 1_060), Ok(()));
    }

    #[test]
    fn only_a_defaulted_loan_that_is_still_past_due_locks() {
        let mut fixture = Fixture::defaulted();
        assert_eq!(fixture.lock(0, 1_060), Ok(()));
        fixture.loan.ledger.paid_scheduled = 1_000;
        assert_eq!(fixture.lock(0, 1_060), code(E::NotPastDue));
        for status in [LoanStatus::Active, LoanStatus::PaidOff, LoanStatus::ChargedOff] {
            fixture.loan.status = status;
            assert_eq!(fixture.lock(0, 1_060), code(E::NotDefaulted));
        }
    }

    #[test]
    fn a_notice_that_is_owed_must_be_served_and_mature() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.terms.notice_secs = 100;
        assert_eq!(fixture.lock(0, 1_060), code(E::NoticeNotServed));
        fixture.loan.notice = Some(Notice { served_at: 1_000, evidence: [1; 32], channels: 1 });
        assert_eq!(fixture.lock(0, 1_099), code(E::NoticeNotMatured));
        assert_eq!((fixture.lock(0, 1_100), fixture.lock(0, 1_101)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_notice_counts_for_the_delinquency_it_was_served_in() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.terms.notice_secs = 10;
        for (served_at, outcome) in [(999, code(E::NoticeNotServed)), (1_000, Ok(()))] {
            fixture.loan.notice = Some(Notice { served_at, evidence: [1; 32], channels: 1 });
            assert_eq!(fixture.lock(0, 1_099), outcome);
        }
        // The first instalment lies in the wallet: now the second is the oldest unpaid one.
        assert_eq!(fixture.lock(1_000, 1_160), code(E::NoticeNotServed));
    }

    #[test]
    fn a_warning_serves_notice_once_and_only_of_something_past_due() {
        let mut fixture = Fixture::defaulted();
        assert!(!warning_serves_notice(&fixture.loan, 999));
        assert!(warning_serves_notice(&fixture.loan, 1_000));
        fixture.loan.notice = Some(Notice { served_at: 1_000, evidence: [1; 32], channels: 1 });
        assert!(!warning_serves_notice(&fixture.loan, 1_001));
        fixture.loan.ledger.paid_scheduled = 1_000;
        assert!(!warning_serves_notice(&fixture.loan, 1_099));
        assert!(warning_serves_notice(&fixture.loan, 1_100));
    }

    #[test]
    fn a_grace_does_not_shrink_because_the_wallet_was_not_collected() {
        let loan = loan(terms());
        let at = |now| defaults(&loan, 1_000, now);
        assert_eq!(at(1_101), code(E::GraceNotOver));
        assert_eq!((at(1_149), at(1_150)), (code(E::GraceNotOver), Ok(())));
    }

    #[test]
    fn hold_and_pause_stop_warnings_and_locks_until_their_second() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.hold_until = 1_100;
        assert_eq!((fixture.lock(0, 1_099), fixture.warn(0, 1_099)), (code(E::OnHold), code(E::OnHold)));
        assert_eq!((fixture.lock(0, 1_100), fixture.warn(0, 1_100)), (Ok(()), Ok(())));
        fixture.loan.hold_until = 0;
        fixture.lender.paused_until = 1_100;
        assert_eq!(
            (fixture.lock(0, 1_099), fixture.warn(0, 1_099)),
            (code(E::LenderPaused), code(E::LenderPaused))
        );
        assert_eq!((fixture.lock(0, 1_100), fixture.warn(0, 1_100)), (Ok(()), Ok(())));
    }

    #[test]
    fn an_emergency_start_stops_locks_until_its_second() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.emergency_until = 1_100;
        assert_eq!(fixture.lock(0, 1_099), code(E::InEmergencyStart));
        assert_eq!(fixture.lock(0, 1_100), Ok(()));
    }

    #[test]
    fn a_standing_lock_is_renewed_only_in_its_last_third() {
        let mut fixture = Fixture::defaulted();
        fixture.vehicle.lock = LockState::Locked { since: 1_060, until: 1_360 };
        assert_eq!(fixture.lock(0, 1_259), code(E::LockStands));
        assert_eq!((fixture.lock(0, 1_260), fixture.lock(0, 1_360)), (Ok(()), Ok(())));
        fixture.vehicle.lock = LockState::Locked { since: 1_060, until: 0 };
        assert_eq!(fixture.lock(0, 9_999), code(E::LockStands));
    }

    #[test]
    fn nothing_is_asked_of_a_car_that_has_an_open_request_except_an_unlock() {
        let mut fixture = Fixture::defaulted();
        fixture.vehicle.open = Some(OpenInvocation { action: Action::Lock, expires_at: 2_000 });
        assert_eq!(
            (fixture.lock(0, 1_060), fixture.warn(0, 1_060)),
            (code(E::InvocationOpen), code(E::InvocationOpen))
        );
        fixture.loan.status = LoanStatus::Active;
        fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_360 });
        assert_eq!(fixture.unlock(false, 1_060), Ok(()));
    }

    #[test]
    fn a_lock_whose_receipt_never_came_can_still_be_undone() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.status = LoanStatus::Active;
        fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_360 });
        assert_eq!((fixture.vehicle.lock, fixture.vehicle.open), (LockState::Unlocked, None));
        assert_eq!(fixture.unlock(false, 1_060), Ok(()));
        let may_be_locked = |now| fixture.vehicle.may_be_locked_at(now);
        assert_eq!([1_359, 1_360, 1_361].map(may_be_locked), [true, false, false]);
    }

    #[test]
    fn one_warning_an_instalment() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.warned_through = 1;
        assert_eq!(fixture.warn(0, 1_060), code(E::AlreadyWarned));
        assert_eq!(fixture.warn(0, 1_099), code(E::AlreadyWarned));
        assert_eq!(fixture.warn(0, 1_100), Ok(()));
    }

    #[test]
    fn an_unlock_needs_something_to_unlock_and_a_reason() {
        let mut fixture = Fixture::defaulted();
        assert_eq!(fixture.unlock(true, 1_060), code(E::NothingToUnlock));
        fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        assert_eq!(fixture.unlock(false, 1_060), code(E::UnlockNotDue));
        assert_eq!(fixture.unlock(true, 1_060), Ok(()));
        fixture.loan.hold_until = 1_100;
        assert_eq!(
            (fixture.unlock(false, 1_099), fixture.unlock(false, 1_100)),
            (Ok(()), code(E::UnlockNotDue))
        );
        fixture.loan.hold_until = 0;
        fixture.loan.emergency_until = 1_100;
        assert_eq!(
            (fixture.unlock(false, 1_099), fixture.unlock(false, 1_100)),
            (Ok(()), code(E::UnlockNotDue))
        );
        for status in [LoanStatus::Active, LoanStatus::PaidOff, LoanStatus::ChargedOff] {
            fixture.loan.status = status;
            assert_eq!(fixture.unlock(false, 1_200), Ok(()));
        }
    }

    #[test]
    fn a_wallet_that_can_cure_unlocks_even_if_it_cannot_be_collected() {
        let mut fixture = Fixture::defaulted();
        fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        assert_eq!(fixture.unlock_with(999, false, 1_060), code(E::UnlockNotDue));
        assert_eq!(fixture.unlock_with(1_000, false, 1_060), Ok(()));
    }

    #[test]
    fn an_unlock_is_asked_again_only_when_the_last_one_expired() {
        let mut fixture = Fixture::defaulted();
        fixture.loan.status = LoanStatus::Active;
        fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        fixture.vehicle.open = Some(OpenInvocation { action: Action::Unlock, expires_at: 1_100 });
        assert_eq!(fixture.unlock(false, 1_099), code(E::InvocationOpen));
        assert_eq!(fixture.unlock(false, 1_100), Ok(()));
    }

    #[test]
    fn a_lender_that_lost_its_keys_cannot_keep_an_unlock_from_a_pause() {
        let mut fixture = Fixture::defaulted();
        fixture.lender.paused_until = i64::MAX;
        fixture.loan.status = LoanStatus::Active;
        fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        assert_eq!(fixture.unlock(false, 1_060), Ok(()));
    }
}
