use super::*;
use crate::fixtures::{COMMAND_KEY, function, loan, terms, vehicle};
use crate::state::{Action, AskedLock, LoanStatus, Terms};

const BUYER: Pubkey = Pubkey::new_from_array([9; 32]);
const NOW: i64 = 1_000_000;

fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

/// The buyer's unlock, signed for by these keys.
fn unlock(keys: [Pubkey; 3]) -> Function {
    Function { command_keys: keys, ..function(Action::Unlock) }
}

fn sells(loan: &Loan, vehicle: &Vehicle, device_time: i64) -> Result<(), u32> {
    check_sale(loan, vehicle, &function(Action::Unlock), device_time, NOW).map_err(u32::from)
}

fn broken(rule: E) -> Result<(), u32> {
    Err(u32::from(rule))
}

#[test]
fn a_loan_with_something_under_way_is_not_sold() {
    let loan = loan(terms());
    let with = |loan: Loan| sells(&loan, &vehicle(), NOW);
    assert_eq!(with(loan.clone()), Ok(()));
    for status in [LoanStatus::Defaulted, LoanStatus::ChargedOff] {
        assert_eq!(with(Loan { status, ..loan.clone() }), Ok(()));
    }
    for status in [LoanStatus::PaidOff, LoanStatus::Settled] {
        assert_eq!(with(Loan { status, ..loan.clone() }), broken(E::LoanPaidOff));
    }
    assert_eq!(with(Loan { invocations_open: 1, ..loan.clone() }), broken(E::InvocationsOpen));
    let mut unsent = loan;
    unsent.ledger.unsent = 1;
    assert_eq!(with(unsent), broken(E::UnsentRemains));
}

#[test]
fn a_car_that_may_be_locked_is_not_sold_to_the_second() {
    let until = |until| Vehicle { asked: AskedLock { seq: 1, until }, ..vehicle() };
    let sold = [NOW - 1, NOW, NOW + 1].map(|end| sells(&loan(terms()), &until(end), NOW));
    assert_eq!(sold, [Ok(()), Ok(()), broken(E::VehicleLocked)]);
}

#[test]
fn the_cars_receipt_is_seven_days_old_and_a_minute_ahead_at_most() {
    let at = |device_time| sells(&loan(terms()), &vehicle(), device_time);
    let old = [-1, 0, 1].map(|step| at(NOW - MAX_HAND_OVER_AGE_SECS + step));
    assert_eq!(old, [broken(E::HandOverTooOld), Ok(()), Ok(())]);
    let ahead = [-1, 0, 1].map(|step| at(NOW + MAX_CLOCK_SKEW_SECS + step));
    assert_eq!(ahead, [Ok(()), Ok(()), broken(E::HandOverTooOld)]);
}

#[test]
fn where_the_terms_promise_a_public_unlock_the_buyer_has_one() {
    for (public_unlock, uri, outcome) in [
        (false, "", Ok(())),
        (true, "", broken(E::TermsPublicUnlock)),
        (true, "https://buyer.example", Ok(())),
    ] {
        let loan = loan(Terms { public_unlock, ..terms() });
        let unlock = Function { uri: uri.to_owned(), ..function(Action::Unlock) };
        let sold = check_sale(&loan, &vehicle(), &unlock, NOW, NOW).map_err(u32::from);
        assert_eq!(sold, outcome, "{public_unlock} {uri}");
    }
}

#[test]
fn the_buyers_keys_and_address_come_first_and_six_keys_stay() {
    let (mut loan, mut vehicle) = (loan(terms()), vehicle());
    loan.unlock_uri = "https://seller.example".to_owned();
    let offer = Function { uri: "https://buyer.example".to_owned(), ..unlock([key(11), key(12), key(13)]) };
    sell(&mut loan, &mut vehicle, BUYER, &offer).unwrap();
    assert_eq!((loan.lender, vehicle.lender, loan.revision), (BUYER, BUYER, 1));
    assert_eq!(loan.unlock_uri, "https://buyer.example");
    let keys = |loan: &Loan| loan.unlock_keys().collect::<Vec<_>>();
    assert_eq!(keys(&loan), [key(11), key(12), key(13), COMMAND_KEY]);
    // A key that comes again moves to the front; of seven the oldest falls out.
    sell(&mut loan, &mut vehicle, BUYER, &unlock([key(13), key(14), key(15)])).unwrap();
    assert_eq!(
        keys(&loan),
        [13, 14, 15, 11, 12].map(key).into_iter().chain([COMMAND_KEY]).collect::<Vec<_>>()
    );
    sell(&mut loan, &mut vehicle, BUYER, &unlock([key(16), Pubkey::default(), Pubkey::default()])).unwrap();
    assert_eq!(keys(&loan), [16, 13, 14, 15, 11, 12].map(key));
}

#[test]
fn the_keyring_is_that_of_the_buyers_three_functions() {
    let of = |action, byte| Function {
        command_keys: [key(byte), key(byte + 1), Pubkey::default()],
        required: 2,
        ..function(action)
    };
    let (warn, lock) = (of(Action::Warn, 1), of(Action::Lock, 3));
    let keyring = keyring(BUYER, &warn, &lock, &unlock([key(5), Pubkey::default(), Pubkey::default()]));
    assert_eq!(keyring.lender, BUYER.to_bytes());
    assert_eq!((keyring.warn.required, keyring.lock.keys[1], keyring.unlock.required), (2, [4; 32], 1));
}
