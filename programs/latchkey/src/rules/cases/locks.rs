use super::*;
use crate::rules::terms::check_terms;

/// In default from day 40; nothing else stands in the way of a lock.
const DEFAULTED: i64 = 41 * DAY;

fn defaulted() -> Case {
    let mut case = Case::new(terms());
    case.declare_default(DEFAULTED).unwrap();
    case
}

#[test]
fn n6_a_warning_that_is_held_open_keeps_no_lock_away() {
    let mut case = defaulted();
    let mut warning = case.request(Action::Warn, Asker::Borrower, DEFAULTED).unwrap();
    case.claim(&mut warning, DEFAULTED).unwrap();
    let mut lock = case.lock(DEFAULTED + 1).unwrap();
    assert_eq!(case.claim(&mut lock, DEFAULTED + 1), Ok(()));
    assert_eq!(case.claim(&mut warning, DEFAULTED + 61), broken(E::Superseded));
}

#[test]
fn n6_nor_does_an_unlock_that_is_held_open() {
    let mut case = defaulted();
    case.loan.hold_until = DEFAULTED + 10;
    case.request(Action::Unlock, Asker::Borrower, DEFAULTED).unwrap();
    assert_eq!(case.lock_granted(DEFAULTED + 9), broken(E::OnHold));
    assert_eq!(case.lock_granted(DEFAULTED + 10), Ok(()));
}

#[test]
fn n7_an_unlock_is_as_it_was_signed_whatever_the_lender_offers_later() {
    let mut case = Case::locked(terms(), DEFAULTED);
    // What the lender offers for unlocks by now.
    let offered = Function {
        fee: 1,
        bond: 10_000_000_000,
        ttl_secs: 1,
        command_keys: [KEEPER; 3],
        ..fixtures::function(Action::Unlock)
    };
    case.wallet += 1_000;
    let unlock = case.request(Action::Unlock, Asker::Anyone, DEFAULTED + 1).unwrap();
    let signed = fixtures::function(Action::Unlock);
    assert_ne!((offered.fee, offered.command_keys), (signed.fee, signed.command_keys));
    assert_eq!((unlock.fee, unlock.bond, unlock.lease_secs), (signed.fee, 0, 0));
    assert_eq!(unlock.expires_at, DEFAULTED + 1 + i64::from(signed.ttl_secs));
    assert_eq!(case.loan.unlock_keys().collect::<Vec<_>>(), [fixtures::COMMAND_KEY]);
    // It is not claimed: whoever brings the receipt is paid.
    assert_eq!(case.claim(&mut unlock.clone(), DEFAULTED + 1), broken(E::NotClaimable));
    let payee = invocation::check_settle(&unlock, &case.vehicle).unwrap();
    assert_eq!(payee, invocation::Payee::Bringer);
}

#[test]
fn n8_a_lock_stands_an_hour_to_45_days() {
    let signs = |lock_ttl_secs| {
        let terms = Terms { lock_ttl_secs, ..terms() };
        code(check_terms(&terms, &fixtures::floors(), 0))
    };
    for refused in [0, 1, 3_599, 45 * 86_400 + 1] {
        assert_eq!(signs(refused), broken(E::TermsLockTtl), "{refused}");
    }
    for accepted in [3_600, 45 * 86_400] {
        assert_eq!(signs(accepted), Ok(()), "{accepted}");
    }
}

fn with_emergency_starts() -> Terms {
    Terms { emergency_secs: 86_400, emergency_max: 2, lock_ttl_secs: 45 * 86_400, ..terms() }
}

#[test]
fn n9_an_emergency_start_runs_from_the_unlock() {
    let mut case = Case::locked(with_emergency_starts(), DEFAULTED);
    case.loan.unlock_ttl_secs = 6 * 3_600;
    let asked = DEFAULTED + 1;
    servicing::emergency_start(&mut case.loan, &case.vehicle, asked).unwrap();
    assert_eq!(case.lock_granted(asked), broken(E::InEmergencyStart));
    let unlock = case.request(Action::Unlock, Asker::Borrower, asked).unwrap();
    case.prove(&unlock, asked + 3 * HOUR);
    assert_eq!(case.lock_granted(asked + 27 * HOUR - 1), broken(E::InEmergencyStart));
    assert_eq!(case.lock_granted(asked + 27 * HOUR), Ok(()));
}

#[test]
fn n14_an_emergency_start_whose_unlock_is_never_proven_ends_all_the_same() {
    let mut case = Case::locked(with_emergency_starts(), DEFAULTED);
    case.loan.unlock_ttl_secs = 6 * 3_600;
    let asked = DEFAULTED + 1;
    servicing::emergency_start(&mut case.loan, &case.vehicle, asked).unwrap();
    case.request(Action::Unlock, Asker::Borrower, asked).unwrap();
    assert_eq!(case.lock_granted(asked + 30 * HOUR - 1), broken(E::InEmergencyStart));
    assert_eq!(case.lock_granted(asked + 30 * HOUR), Ok(()));
}

#[test]
fn n12_the_older_instalment_paid_and_the_newer_within_its_grace_is_no_default() {
    // Due on days 30 and 60, in default from day 70; the second alone from day 100.
    let mut case = Case::locked(Terms { grace_secs: 40 * 86_400, ..terms() }, 71 * DAY);
    let now = 72 * DAY;
    assert_eq!(case.at(now).is_in_default().map_err(u32::from), Ok(true));
    assert_eq!(case.request(Action::Unlock, Asker::Anyone, now).map(|_| ()), broken(E::UnlockNotDue));

    case.wallet += 1_000;
    assert_eq!(case.at(now).oldest_unpaid_due().map_err(u32::from), Ok(Some(60 * DAY)));
    assert_eq!(case.at(now).is_in_default().map_err(u32::from), Ok(false));
    assert_eq!(case.copy().request(Action::Unlock, Asker::Anyone, now).map(|_| ()), Ok(()));
    // A request of a lock stores a look, which takes the money: the loan is active.
    assert_eq!(case.lock_granted(now), broken(E::NotDefaulted));
    case.collect(now);
    assert_eq!(case.loan.status, LoanStatus::Active);
    assert_eq!(case.request(Action::Unlock, Asker::Anyone, now).map(|_| ()), Ok(()));
    assert_eq!(case.declare_default(100 * DAY - 1), broken(E::GraceNotOver));
    assert_eq!(case.declare_default(100 * DAY), Ok(()));
}

#[test]
fn n12_a_lock_that_is_open_then_cannot_be_claimed() {
    let mut case = Case::new(Terms { grace_secs: 40 * 86_400, ..terms() });
    case.declare_default(71 * DAY).unwrap();
    let mut lock = case.lock(71 * DAY).unwrap();
    case.wallet += 1_000;
    assert_eq!(case.claim(&mut lock, 71 * DAY + 1), broken(E::GraceNotOver));
}

#[test]
fn n13_a_second_lock_waits_for_the_first_to_expire() {
    let mut case = defaulted();
    let mut lock = case.lock(DEFAULTED).unwrap();
    for now in [DEFAULTED, DEFAULTED + 1, lock.expires_at - 1] {
        assert_eq!(case.request(Action::Lock, Asker::Borrower, now).map(|_| ()), broken(E::InvocationOpen));
    }
    case.claim(&mut lock, DEFAULTED).unwrap();
    assert_eq!(case.request(Action::Lock, Asker::Borrower, DEFAULTED).map(|_| ()), broken(E::InvocationOpen));
    assert_eq!(case.lock_granted(lock.expires_at), Ok(()));
}

#[test]
fn n17_an_unlock_whose_receipt_is_withheld_keeps_no_later_lock_away() {
    // Due every week from day 7, in default after 3 days.
    let weekly = Terms {
        first_due: 7 * DAY,
        calendar: Calendar::seconds(7 * 86_400),
        grace_secs: 3 * 86_400,
        lock_ttl_secs: 45 * 86_400,
        ..terms()
    };
    let relapsed = |unlocked: bool| {
        let mut case = Case::locked(weekly, 10 * DAY);
        case.wallet += 1_000;
        case.collect(11 * DAY);
        if unlocked {
            // Done by phone; the receipt is withheld.
            case.request(Action::Unlock, Asker::Borrower, 11 * DAY).unwrap();
        }
        case.declare_default(17 * DAY).unwrap();
        case.lock_granted(17 * DAY)
    };
    assert_eq!(relapsed(true), Ok(()));
    assert_eq!(relapsed(false), broken(E::LockStands));
}
