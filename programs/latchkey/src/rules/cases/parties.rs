use super::*;
use crate::rules::recovery::{Recovery, check_settled_in, recover, rotate};

#[test]
fn n4_a_stolen_servicers_key_holds_a_loan_for_45_days_at_most() {
    let now = 10 * DAY;
    let holds = |days: i64, by_authority: bool| {
        let mut loan = fixtures::loan(terms());
        code(servicing::place_hold(&mut loan, now + days * DAY, by_authority, now))
    };
    assert_eq!(
        [45, 46, 366].map(|days| holds(days, false)),
        [Ok(()), broken(E::InvalidHold), broken(E::InvalidHold)]
    );
    assert_eq!([46, 366, 367].map(|days| holds(days, true)), [Ok(()), Ok(()), broken(E::InvalidHold)]);
    let mut loan = fixtures::loan(terms());
    let second_beyond = servicing::place_hold(&mut loan, now + 45 * DAY + 1, false, now);
    assert_eq!(code(second_beyond), broken(E::InvalidHold));
}

#[test]
fn n16_a_recovered_key_settles_in_for_90_days_before_it_draws_or_signs() {
    let key = Pubkey::new_from_array([5; 32]);
    let mut loan = fixtures::loan(terms());
    recover(&mut loan, key, false, 0).unwrap();
    let taken_over = 14 * DAY;
    assert_eq!(recover(&mut loan, key, true, taken_over).map_err(u32::from), Ok(Recovery::Completed));
    assert_eq!(loan.borrower, key);
    // `withdraw_surplus`, `amend`, `extend`, `lift_hold` and a close with a surplus ask this.
    for now in [taken_over, taken_over + 90 * DAY - 1] {
        assert_eq!(code(check_settled_in(&loan, now)), broken(E::RecoveredKey));
        let hands_on = rotate(&mut loan.clone(), KEEPER, now);
        assert_eq!(code(hands_on), broken(E::RecoveredKey));
    }
    assert_eq!(code(check_settled_in(&loan, taken_over + 90 * DAY)), Ok(()));

    // It may pay meanwhile.
    let payoff = payments::pay_off(&mut loan, Wallet(12_000), true, taken_over).unwrap();
    assert_eq!((payoff.brought, loan.status), (0, LoanStatus::PaidOff));
}
