use super::*;
use crate::fixtures::{floors, loan, terms, vehicle};
use crate::rules::amendment::{Amendment, amend};
use crate::rules::payments::{pay_off, prepay};
use crate::state::{AskedLock, Terms};

fn code<T>(ruled: Ruled<T>) -> Result<(), u32> {
    ruled.map(|_| ()).map_err(u32::from)
}

fn broken(rule: E) -> Result<(), u32> {
    Err(u32::from(rule))
}

#[test]
fn what_both_signed_names_the_revision_and_counts_up_to_its_deadline() {
    let mut loan = loan(terms());
    assert_eq!(
        [99, 100, 101].map(|now| code(check_agreed(&loan, 0, 100, now))),
        [Ok(()), Ok(()), broken(E::DeadlinePassed)]
    );
    place_hold(&mut loan, 2_000, false, 1_000).unwrap();
    assert_eq!(code(check_agreed(&loan, 0, 100, 99)), broken(E::RevisionChanged));
    assert_eq!(code(check_agreed(&loan, 1, 100, 99)), Ok(()));
}

#[test]
fn an_extension_moves_the_schedule_by_a_period_as_often_as_granted_and_ends_a_default() {
    let mut loan = loan(Terms { max_extensions: 2, ..terms() });
    loan.status = LoanStatus::Defaulted;
    let last = last_due(&loan.terms);
    // Two instalments are due; after one extension it is one.
    extend(&mut loan, Wallet(0), 1_150).unwrap();
    assert_eq!((loan.status, last_due(&loan.terms)), (LoanStatus::Defaulted, last + 100));
    extend(&mut loan, Wallet(0), 1_150).unwrap();
    assert_eq!((loan.status, loan.revision), (LoanStatus::Active, 2));
    assert_eq!(code(extend(&mut loan, Wallet(0), 1_150)), broken(E::NoExtensionLeft));
}

#[test]
fn no_more_is_waived_than_was_charged() {
    let mut loan = loan(terms());
    loan.ledger.fees = 25;
    let mut waive = |amount| code(waive_fees(&mut loan, Wallet(0), amount, 900));
    assert_eq!([0, 26, 25].map(&mut waive), [broken(E::ZeroAmount), broken(E::WaiverTooLarge), Ok(())]);
}

#[test]
fn emergency_starts_are_as_many_as_the_terms_grant_and_need_a_lock() {
    let mut loan = loan(Terms { emergency_secs: 100, emergency_max: 1, ..terms() });
    let mut car = vehicle();
    assert_eq!(code(emergency_start(&mut loan, &car, 1_000)), broken(E::NothingToUnlock));
    car.asked = AskedLock { seq: 1, until: 5_000 };
    assert_eq!(code(emergency_start(&mut loan, &car, 1_000)), Ok(()));
    // It ends an unlock's hour and its own 100 s later.
    assert_eq!(code(emergency_start(&mut loan, &car, 4_699)), broken(E::InEmergencyStart));
    assert_eq!(code(emergency_start(&mut loan, &car, 4_700)), broken(E::NoEmergencyStartLeft));
}

#[test]
fn a_charge_off_waits_120_days_to_the_second() {
    let since = 1_000 + CHARGE_OFF_DAYS * DAY;
    let gives_up = |wallet, now| code(charge_off(&mut loan(terms()), Wallet(wallet), now));
    assert_eq!([since - 1, since].map(|now| gives_up(0, now)), [broken(E::TooEarlyToChargeOff), Ok(())]);
    assert_eq!(gives_up(20_000, since), broken(E::LoanPaidOff));
}

#[test]
fn what_is_due_stays_in_the_wallet() {
    let draws = |amount, now| code(withdraw_surplus(&mut loan(terms()), Wallet(1_500), amount, now));
    assert_eq!(
        [0, 500, 501].map(|amount| draws(amount, 1_000)),
        [broken(E::ZeroAmount), Ok(()), broken(E::NotSurplus)]
    );
    assert_eq!(draws(1_500, 999), Ok(()));
}

#[test]
fn what_the_look_just_paid_off_is_neither_changed_nor_given_up() {
    // All ten instalments are due and in the wallet, and nobody looked since the start.
    let now = 1_000 + 200 * DAY;
    let over = || loan(Terms { max_extensions: 1, ..terms() });
    let kinder = Amendment {
        terms: Terms { grace_secs: 51, ..over().terms },
        forgive_principal: 0,
        forgive_interest: 0,
    };
    let after_the_look = [
        code(place_stay(&mut over(), Wallet(10_000), now, now + 1, now)),
        code(extend(&mut over(), Wallet(10_000), now)),
        code(waive_fees(&mut over(), Wallet(10_000), 1, now)),
        code(charge_off(&mut over(), Wallet(10_000), now)),
        code(settle(&mut over(), Wallet(10_000), now)),
        code(prepay(&mut over(), Wallet(10_500), 500, 0, now)),
        code(amend(&mut over(), Wallet(10_000), &kinder, &floors(), false, now)),
    ];
    assert_eq!(after_the_look, [broken(E::LoanPaidOff); 7]);
    assert_eq!(code(declare_default(&mut over(), Wallet(10_000), now)), broken(E::NotActive));
    // A unit short, it is not over.
    assert_eq!(code(place_stay(&mut over(), Wallet(9_999), now, now + 1, now)), Ok(()));
    // What the wallet holds beyond the debt is the borrower's.
    assert_eq!(code(withdraw_surplus(&mut over(), Wallet(10_500), 500, now)), Ok(()));
    assert_eq!(code(pay_off(&mut over(), Wallet(10_000), false, now)), Ok(()));
}

#[test]
fn a_settlement_takes_what_is_due_and_forgives_the_rest() {
    let mut loan = loan(terms());
    loan.ledger.interest_remainder = 7;
    let (looked, forgiven) = settle(&mut loan, Wallet(5_000), 1_000).unwrap();
    assert_eq!((looked.applied.total(), forgiven.principal), (1_000, 9_000));
    assert_eq!(loan.ledger.interest_remainder, 0);
    assert_eq!((loan.status, loan.ledger.payoff().map_err(u32::from)), (LoanStatus::Settled, Ok(0)));
    assert_eq!(code(settle(&mut loan, Wallet(5_000), 1_000)), broken(E::LoanPaidOff));
}

#[test]
fn a_stay_begins_now_or_later_and_is_prolonged_without_a_gap() {
    let mut loan = loan(terms());
    let mut stays = |from, until, now| code(place_stay(&mut loan, Wallet(0), from, until, now));
    assert_eq!(stays(899, 950, 900), broken(E::InvalidStay));
    assert_eq!(stays(900, 900, 900), broken(E::InvalidStay));
    assert_eq!(stays(900, 901 + MAX_HOLD_SECS, 900), broken(E::InvalidStay));
    assert_eq!(stays(900, 950, 900), Ok(()));
    assert_eq!(stays(951, 990, 910), broken(E::InvalidStay));
    assert_eq!(stays(950, 950, 910), broken(E::InvalidStay));
    assert_eq!(stays(950, 1_100, 910), Ok(()));
    assert_eq!((loan.stay_from, loan.stay_until), (900, 1_100));
}

#[test]
fn a_later_stay_takes_no_grace_that_began_at_the_end_of_the_last() {
    let mut loan = loan(terms());
    (loan.stay_from, loan.stay_until) = (1_010, 1_060);
    let in_default = |loan: &Loan, now| LoanAt::new(loan, Wallet(0), now).is_in_default().map_err(u32::from);
    assert_eq!((in_default(&loan, 1_070), in_default(&loan, 1_110)), (Ok(false), Ok(true)));
    let mut ahead = loan.clone();
    // Placed ahead, it begins at once.
    assert_eq!(code(place_stay(&mut ahead, Wallet(0), 5_000, 6_000, 1_070)), Ok(()));
    assert_eq!((ahead.stay_from, ahead.stay_until), (1_070, 6_000));
    assert_eq!(in_default(&ahead, 1_110), Ok(false));
    // One that comes once the delinquency is over takes nothing.
    assert_eq!(code(place_stay(&mut loan, Wallet(1_000), 5_000, 6_000, 1_070)), Ok(()));
    assert_eq!(loan.stay_from, 5_000);
}
