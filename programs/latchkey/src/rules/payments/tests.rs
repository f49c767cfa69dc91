use super::*;
use crate::fixtures::{loan, terms};
use crate::state::Terms;

#[test]
fn a_prepayment_needs_an_amount_the_wallet_holds_and_the_loan_owes() {
    let refusal = |wallet, amount, fees| {
        prepay(&mut loan(terms()), Wallet(wallet), amount, fees, 1_000).map(|_| ()).map_err(u32::from)
    };
    assert_eq!(refusal(5_000, 0, 0), Err(u32::from(E::ZeroAmount)));
    assert_eq!(refusal(1_999, 1_000, 0), Err(u32::from(E::WalletTooSmall)));
    assert_eq!(refusal(20_000, 9_001, 0), Err(u32::from(E::PrepayExceedsPayoff)));
    assert_eq!(refusal(20_000, 0, 1), Err(u32::from(E::PrepayExceedsPayoff)));
    assert_eq!(refusal(10_000, 9_000, 0), Ok(()));
}

#[test]
fn a_prepayment_lowers_the_principal_or_pays_ahead_as_the_terms_say() {
    let past_due = |overpayment, now| {
        let mut loan = loan(Terms { overpayment, ..terms() });
        prepay(&mut loan, Wallet(3_000), 2_000, 0, 1_000).unwrap();
        assert_eq!((loan.ledger.principal, loan.ledger.unsent), (7_000, 3_000));
        Position::at(&loan, Wallet(3_000), now).unwrap().past_due
    };
    assert_eq!(past_due(Overpayment::ReducePrincipal, 1_100), 1_000);
    assert_eq!([1_200, 1_300].map(|now| past_due(Overpayment::PayAhead, now)), [0, 1_000]);
}

#[test]
fn a_cure_returns_the_loan() {
    let mut loan = Loan { status: LoanStatus::Defaulted, ..loan(terms()) };
    assert!(!collect(&mut loan, Wallet(999), 1_060).unwrap().cured);
    assert!(collect(&mut loan, Wallet(1_000), 1_060).unwrap().cured);
    assert_eq!(loan.status, LoanStatus::Active);
}
