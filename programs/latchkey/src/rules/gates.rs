//! When a default may be declared and what may be asked of a car. Each gate looks at the world as it is now and
//! trusts no earlier step.

use super::ledger::Position;
use super::{check, Ruled};
use crate::errors::LatchkeyError as E;
use crate::state::{Action, Lender, Loan, LoanStatus, Notice, Vehicle};

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
    let position = check_past_due(loan, wallet, now)?;
    check_notice(loan, &position, now)?;
    check_quiet(lender, loan, now)?;
    check(now >= loan.emergency_until, E::InEmergencyStart)?;
    check(!vehicle.lock.holds_at(now) || vehicle.lock.is_renewable_at(now), E::LockStands)?;
    check(vehicle.open.is_none(), E::InvocationOpen)
}

/// An unlock: a lock was asked for and no unlock proven since, and the loan is not in default, or on hold, in an
/// emergency start, or its wallet can cure it, or the lender asks. Whether the lock's receipt ever arrived does not
/// matter: a keeper that died after the car obeyed must not keep it locked. Neither pause nor an empty escrow nor a
/// treasury that takes no payment stands in its way, and it supersedes whatever else is open.
pub fn check_unlock(loan: &Loan, vehicle: &Vehicle, wallet: u64, by_lender: bool, now: i64) -> Ruled<()> {
    check(vehicle.lock_asked.is_some(), E::NothingToUnlock)?;
    let due = by_lender
        || loan.status != LoanStatus::Defaulted
        || now < loan.hold_until
        || now < loan.emergency_until
        || can_cure(loan, wallet, now);
    check(due, E::UnlockNotDue)?;
    let live_unlock = vehicle.open.is_some_and(|open| open.action == Action::Unlock && now < open.expires_at);
    check(!live_unlock, E::InvocationOpen)
}

/// Whether nothing is past due that the wallet could not pay. Where that cannot be computed, the doubt goes to the car.
fn can_cure(loan: &Loan, wallet: u64, now: i64) -> bool {
    Position::at(loan, wallet, now).map_or(true, |position| !position.is_beyond(wallet))
}

fn check_past_due(loan: &Loan, wallet: u64, now: i64) -> Ruled<Position> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    let position = Position::at(loan, wallet, now)?;
    check(position.past_due > 0, E::NotPastDue)?;
    check(position.is_beyond(wallet), E::WalletCanPay)?;
    Ok(position)
}

/// The notice of the present delinquency: one served since the oldest unpaid instalment fell due. An earlier one told
/// of what has been paid since.
pub fn notice_in_force(loan: &Loan, position: &Position) -> Option<Notice> {
    let since = position.oldest_unpaid_due?;
    loan.notice.filter(|notice| notice.served_at >= since)
}

/// Whether a warning that the car proves now serves notice: something is past due, and no notice of it is in force.
/// Where that cannot be computed it does not, and the keeper is paid all the same.
pub fn warning_serves_notice(loan: &Loan, now: i64) -> bool {
    Position::at(loan, 0, now)
        .is_ok_and(|position| position.past_due > 0 && notice_in_force(loan, &position).is_none())
}

fn check_notice(loan: &Loan, position: &Position, now: i64) -> Ruled<()> {
    if loan.terms.notice_secs == 0 {
        return Ok(());
    }
    let notice = notice_in_force(loan, position).ok_or(E::NoticeNotServed)?;
    let matures = notice.served_at.checked_add(i64::from(loan.terms.notice_secs)).ok_or(E::Overflow)?;
    check(now >= matures, E::NoticeNotMatured)
}

fn check_quiet(lender: &Lender, loan: &Loan, now: i64) -> Ruled<()> {
    check(now >= loan.hold_until, E::OnHold)?;
    check(!lender.is_paused(now), E::LenderPaused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests_support::{lender, loan, terms, vehicle};
    use crate::state::{AskedLock, LockState, OpenInvocation};

    /// Defaulted at 1,060: the first instalment was due at 1,000, grace is 50 s.
    struct World {
        lender: Lender,
        loan: Loan,
        vehicle: Vehicle,
    }

    impl World {
        fn defaulted() -> Self {
            let mut loan = loan(terms());
            loan.status = LoanStatus::Defaulted;
            Self { lender: lender(), loan, vehicle: vehicle() }
        }

        fn lock(&self, wallet: u64, now: i64) -> Result<(), u32> {
            check_lock(&self.lender, &self.loan, &self.vehicle, wallet, now).map_err(u32::from)
        }

        fn warn(&self, wallet: u64, now: i64) -> Result<(), u32> {
            check_warn(&self.lender, &self.loan, &self.vehicle, wallet, now).map_err(u32::from)
        }

        fn unlock(&self, by_lender: bool, now: i64) -> Result<(), u32> {
            self.unlock_with(0, by_lender, now)
        }

        fn unlock_with(&self, wallet: u64, by_lender: bool, now: i64) -> Result<(), u32> {
            check_unlock(&self.loan, &self.vehicle, wallet, by_lender, now).map_err(u32::from)
        }
    }

    fn code(error: E) -> Result<(), u32> {
        Err(u32::from(error))
    }

    #[test]
    fn a_default_waits_for_the_grace_to_the_second() {
        let loan = loan(terms());
        let at = |now| check_default(&loan, 0, now).map_err(u32::from);
        assert_eq!(at(999), code(E::NotPastDue));
        assert_eq!(at(1_049), code(E::GraceNotOver));
        assert_eq!((at(1_050), at(1_051)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_borrower_whose_wallet_can_pay_is_neither_defaulted_nor_warned_nor_locked() {
        let mut world = World::defaulted();
        assert_eq!(world.lock(1_000, 1_060), code(E::WalletCanPay));
        assert_eq!(world.warn(1_000, 1_060), code(E::WalletCanPay));
        assert_eq!(world.lock(999, 1_060), Ok(()));
        world.loan.status = LoanStatus::Active;
        assert_eq!(check_default(&world.loan, 1_000, 1_060).map_err(u32::from), code(E::WalletCanPay));
        assert_eq!(check_default(&world.loan, 999, 1_060).map_err(u32::from), Ok(()));
    }

    #[test]
    fn only_a_defaulted_loan_that_is_still_past_due_locks() {
        let mut world = World::defaulted();
        assert_eq!(world.lock(0, 1_060), Ok(()));
        world.loan.ledger.paid_scheduled = 1_000;
        assert_eq!(world.lock(0, 1_060), code(E::NotPastDue));
        for status in [LoanStatus::Active, LoanStatus::PaidOff, LoanStatus::ChargedOff] {
            world.loan.status = status;
            assert_eq!(world.lock(0, 1_060), code(E::NotDefaulted));
        }
    }

    #[test]
    fn a_notice_that_is_owed_must_be_served_and_mature() {
        let mut world = World::defaulted();
        world.loan.terms.notice_secs = 100;
        assert_eq!(world.lock(0, 1_060), code(E::NoticeNotServed));
        world.loan.notice = Some(Notice { served_at: 1_000, evidence: [1; 32], channels: 1 });
        assert_eq!(world.lock(0, 1_099), code(E::NoticeNotMatured));
        assert_eq!((world.lock(0, 1_100), world.lock(0, 1_101)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_notice_counts_for_the_delinquency_it_was_served_in() {
        let mut world = World::defaulted();
        world.loan.terms.notice_secs = 10;
        for (served_at, outcome) in [(999, code(E::NoticeNotServed)), (1_000, Ok(()))] {
            world.loan.notice = Some(Notice { served_at, evidence: [1; 32], channels: 1 });
            assert_eq!(world.lock(0, 1_099), outcome);
        }
        // The first instalment lies in the wallet: now the second is the oldest unpaid one.
        assert_eq!(world.lock(1_000, 1_160), code(E::NoticeNotServed));
    }

    #[test]
    fn a_warning_serves_notice_once_and_only_of_something_past_due() {
        let mut world = World::defaulted();
        assert!(!warning_serves_notice(&world.loan, 999));
        assert!(warning_serves_notice(&world.loan, 1_000));
        world.loan.notice = Some(Notice { served_at: 1_000, evidence: [1; 32], channels: 1 });
        assert!(!warning_serves_notice(&world.loan, 1_001));
        world.loan.ledger.paid_scheduled = 1_000;
        assert!(!warning_serves_notice(&world.loan, 1_099));
        assert!(warning_serves_notice(&world.loan, 1_100));
    }

    #[test]
    fn a_grace_does_not_shrink_because_nobody_collected() {
        let loan = loan(terms());
        let at = |now| check_default(&loan, 1_000, now).map_err(u32::from);
        assert_eq!(at(1_101), code(E::GraceNotOver));
        assert_eq!((at(1_149), at(1_150)), (code(E::GraceNotOver), Ok(())));
    }

    #[test]
    fn hold_and_pause_stop_warnings_and_locks_until_their_second() {
        let mut world = World::defaulted();
        world.loan.hold_until = 1_100;
        assert_eq!((world.lock(0, 1_099), world.warn(0, 1_099)), (code(E::OnHold), code(E::OnHold)));
        assert_eq!((world.lock(0, 1_100), world.warn(0, 1_100)), (Ok(()), Ok(())));
        world.loan.hold_until = 0;
        world.lender.paused_until = 1_100;
        assert_eq!(
            (world.lock(0, 1_099), world.warn(0, 1_099)),
            (code(E::LenderPaused), code(E::LenderPaused))
        );
        assert_eq!((world.lock(0, 1_100), world.warn(0, 1_100)), (Ok(()), Ok(())));
    }

    #[test]
    fn an_emergency_start_stops_locks_until_its_second() {
        let mut world = World::defaulted();
        world.loan.emergency_until = 1_100;
        assert_eq!(world.lock(0, 1_099), code(E::InEmergencyStart));
        assert_eq!(world.lock(0, 1_100), Ok(()));
    }

    #[test]
    fn a_standing_lock_is_renewed_only_in_its_last_third() {
        let mut world = World::defaulted();
        world.vehicle.lock = LockState::Locked { since: 1_060, until: 1_360 };
        assert_eq!(world.lock(0, 1_259), code(E::LockStands));
        assert_eq!((world.lock(0, 1_260), world.lock(0, 1_360)), (Ok(()), Ok(())));
        world.vehicle.lock = LockState::Locked { since: 1_060, until: 0 };
        assert_eq!(world.lock(0, 9_999), code(E::LockStands));
    }

    #[test]
    fn nothing_is_asked_of_a_car_that_has_an_open_request_except_an_unlock() {
        let mut world = World::defaulted();
        world.vehicle.open = Some(OpenInvocation { action: Action::Lock, expires_at: 2_000 });
        assert_eq!(
            (world.lock(0, 1_060), world.warn(0, 1_060)),
            (code(E::InvocationOpen), code(E::InvocationOpen))
        );
        world.loan.status = LoanStatus::Active;
        world.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_360 });
        assert_eq!(world.unlock(false, 1_060), Ok(()));
    }

    #[test]
    fn a_lock_whose_receipt_never_came_can_still_be_undone() {
        let mut world = World::defaulted();
        world.loan.status = LoanStatus::Active;
        world.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_360 });
        assert_eq!((world.vehicle.lock, world.vehicle.open), (LockState::Unlocked, None));
        assert_eq!(world.unlock(false, 1_060), Ok(()));
        let may_be_locked = |now| world.vehicle.may_be_locked_at(now);
        assert_eq!([1_359, 1_360, 1_361].map(may_be_locked), [true, false, false]);
    }

    #[test]
    fn one_warning_an_instalment() {
        let mut world = World::defaulted();
        world.loan.warned_through = 1;
        assert_eq!(world.warn(0, 1_060), code(E::AlreadyWarned));
        assert_eq!(world.warn(0, 1_099), code(E::AlreadyWarned));
        assert_eq!(world.warn(0, 1_100), Ok(()));
    }

    #[test]
    fn an_unlock_needs_something_to_unlock_and_a_reason() {
        let mut world = World::defaulted();
        assert_eq!(world.unlock(true, 1_060), code(E::NothingToUnlock));
        world.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        assert_eq!(world.unlock(false, 1_060), code(E::UnlockNotDue));
        assert_eq!(world.unlock(true, 1_060), Ok(()));
        world.loan.hold_until = 1_100;
        assert_eq!((world.unlock(false, 1_099), world.unlock(false, 1_100)), (Ok(()), code(E::UnlockNotDue)));
        world.loan.hold_until = 0;
        world.loan.emergency_until = 1_100;
        assert_eq!((world.unlock(false, 1_099), world.unlock(false, 1_100)), (Ok(()), code(E::UnlockNotDue)));
        for status in [LoanStatus::Active, LoanStatus::PaidOff, LoanStatus::ChargedOff] {
            world.loan.status = status;
            assert_eq!(world.unlock(false, 1_200), Ok(()));
        }
    }

    #[test]
    fn a_wallet_that_can_cure_unlocks_even_if_nobody_can_collect() {
        let mut world = World::defaulted();
        world.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        assert_eq!(world.unlock_with(999, false, 1_060), code(E::UnlockNotDue));
        assert_eq!(world.unlock_with(1_000, false, 1_060), Ok(()));
    }

    #[test]
    fn an_unlock_is_asked_again_only_when_the_last_one_expired() {
        let mut world = World::defaulted();
        world.loan.status = LoanStatus::Active;
        world.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        world.vehicle.open = Some(OpenInvocation { action: Action::Unlock, expires_at: 1_100 });
        assert_eq!(world.unlock(false, 1_099), code(E::InvocationOpen));
        assert_eq!(world.unlock(false, 1_100), Ok(()));
    }

    #[test]
    fn a_lender_that_lost_its_keys_cannot_keep_an_unlock_from_a_pause() {
        let mut world = World::defaulted();
        world.lender.paused_until = i64::MAX;
        world.loan.status = LoanStatus::Active;
        world.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        assert_eq!(world.unlock(false, 1_060), Ok(()));
    }
}
