use super::*;
use crate::fixtures::{lender, loan, terms, vehicle};
use crate::rules::ledger::Wallet;
use crate::state::{AskedLock, Loan, LockState, OpenInvocation, Service};

/// Defaulted at 1,060: the first instalment was due at 1,000, grace is 50 s.
struct Fixture {
    lender: Lender,
    loan: Loan,
    vehicle: Vehicle,
}

impl Fixture {
    fn defaulted() -> Self {
        let loan = Loan { status: LoanStatus::Defaulted, ..loan(terms()) };
        Self { lender: lender(), loan, vehicle: vehicle() }
    }

    fn locked() -> Self {
        let mut fixture = Self::defaulted();
        fixture.vehicle.asked = AskedLock { seq: 1, until: 1_350 };
        fixture
    }

    fn lock(&self, wallet: u64, now: i64) -> Result<(), u32> {
        let at = LoanAt::new(&self.loan, Wallet(wallet), now);
        check_lock(&at, &self.lender, &self.vehicle).map_err(u32::from)
    }

    fn warn(&self, wallet: u64, now: i64) -> Result<(), u32> {
        let at = LoanAt::new(&self.loan, Wallet(wallet), now);
        check_warn(&at, &self.lender, &self.vehicle).map_err(u32::from)
    }

    fn unlock(&self, wallet: u64, asker: Asker, now: i64) -> Result<(), u32> {
        let at = LoanAt::new(&self.loan, Wallet(wallet), now);
        check_unlock(&at, &self.vehicle, asker).map_err(u32::from)
    }
}

fn code(error: E) -> Result<(), u32> {
    Err(u32::from(error))
}

#[test]
fn a_default_waits_for_the_grace_to_the_second() {
    let loan = loan(terms());
    let at = |wallet, now| check_default(&LoanAt::new(&loan, Wallet(wallet), now)).map_err(u32::from);
    assert_eq!(at(0, 999), code(E::NotPastDue));
    assert_eq!([1_049, 1_050, 1_051].map(|now| at(0, now)), [code(E::GraceNotOver), Ok(()), Ok(())]);
    assert_eq!([999, 1_000].map(|wallet| at(wallet, 1_060)), [Ok(()), code(E::NotPastDue)]);
    assert_eq!([1_149, 1_150].map(|now| at(1_000, now)), [code(E::GraceNotOver), Ok(())]);
}

#[test]
fn a_wallet_that_can_pay_keeps_warning_and_lock_away_and_unlocks() {
    let fixture = Fixture::locked();
    assert_eq!([999, 1_000].map(|wallet| fixture.lock(wallet, 1_060)), [Ok(()), code(E::NotPastDue)]);
    assert_eq!([999, 1_000].map(|wallet| fixture.warn(wallet, 1_060)), [Ok(()), code(E::NotPastDue)]);
    let unlocks = |wallet| fixture.unlock(wallet, Asker::Anyone, 1_060);
    assert_eq!([999, 1_000].map(unlocks), [code(E::UnlockNotDue), Ok(())]);
}

#[test]
fn hold_stay_pause_emergency_start_and_distrust_stop_warnings_and_locks_to_their_second() {
    let stops = |set: fn(&mut Fixture), rule: E| {
        let mut fixture = Fixture::defaulted();
        set(&mut fixture);
        let refused = Err(u32::from(rule));
        assert_eq!((fixture.lock(0, 1_099), fixture.warn(0, 1_099)), (refused, refused));
        assert_eq!((fixture.lock(0, 1_150), fixture.warn(0, 1_150)), (Ok(()), Ok(())));
    };
    stops(|f| f.loan.hold_until = 1_100, E::OnHold);
    stops(|f| (f.loan.stay_from, f.loan.stay_until) = (1_000, 1_100), E::OnStay);
    stops(|f| f.lender.paused_until = 1_100, E::LenderPaused);
    stops(|f| f.loan.emergency_from = 1_100, E::InEmergencyStart);
    let mut fixture = Fixture::defaulted();
    fixture.vehicle.distrusted = true;
    assert_eq!(
        (fixture.lock(0, 1_060), fixture.warn(0, 1_060)),
        (code(E::DeviceDistrusted), code(E::DeviceDistrusted))
    );
}

#[test]
fn a_standing_lock_is_renewed_only_in_its_last_third() {
    let mut fixture = Fixture::defaulted();
    fixture.vehicle.lock = LockState::locked(1, 1_060, 1_360);
    assert_eq!([1_259, 1_260, 1_360].map(|now| fixture.lock(0, now)), [code(E::LockStands), Ok(()), Ok(())]);
}

#[test]
fn an_unlock_needs_something_to_unlock_and_a_reason() {
    let none = Fixture::defaulted();
    assert_eq!(none.unlock(0, Asker::Lender, 1_060), code(E::NothingToUnlock));
    assert_eq!(none.unlock(1_000, Asker::Borrower, 1_060), Ok(()));
    assert_eq!(none.unlock(0, Asker::Borrower, 1_060), code(E::UnlockNotDue));
    let mut fixture = Fixture::locked();
    assert_eq!(fixture.unlock(0, Asker::Anyone, 1_060), code(E::UnlockNotDue));
    assert_eq!(fixture.unlock(0, Asker::Lender, 1_060), Ok(()));
    fixture.loan.hold_until = 1_100;
    let held = [1_099, 1_100].map(|now| fixture.unlock(0, Asker::Anyone, now));
    assert_eq!(held, [Ok(()), code(E::UnlockNotDue)]);
    for status in [LoanStatus::PaidOff, LoanStatus::ChargedOff, LoanStatus::Settled] {
        fixture.loan.status = status;
        assert_eq!(fixture.unlock(0, Asker::Anyone, 1_200), Ok(()));
    }
    fixture.lender.paused_until = i64::MAX;
    fixture.vehicle.open = OpenInvocation::new(Action::Unlock, 1_100);
    let open = [1_099, 1_100].map(|now| fixture.unlock(0, Asker::Anyone, now));
    assert_eq!(open, [code(E::InvocationOpen), Ok(())]);
}

#[test]
fn a_renewal_ignores_the_age_of_notices_unless_an_unlock_was_asked_for_since() {
    let mut fixture = Fixture::defaulted();
    fixture.loan.terms.min_channels = 1;
    fixture.loan.terms.notice_max_age_secs = 100;
    fixture.loan.notices.channels[0] = Service::at(1_000);
    assert_eq!([1_099, 1_100].map(|now| fixture.lock(0, now)), [Ok(()), code(E::NoticeNotServed)]);
    fixture.vehicle.lock = LockState::locked(1, 1_050, 1_350);
    assert_eq!(fixture.lock(0, 1_300), Ok(()));
    fixture.vehicle.last_unlock_asked = 2;
    assert_eq!(fixture.lock(0, 1_300), code(E::NoticeNotServed));
}
