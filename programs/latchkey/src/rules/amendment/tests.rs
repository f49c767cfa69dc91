use super::*;
use crate::fixtures::{floors, loan, terms};
use crate::state::LoanStatus;

const BORROWER_TOO: bool = true;
const ALONE: bool = false;

fn amended(loan: &mut Loan, terms: Terms, by_both: bool, now: i64) -> Result<(), u32> {
    let amendment = Amendment { terms, forgive_principal: 0, forgive_interest: 0 };
    amend(loan, Wallet(0), &amendment, &floors(), by_both, now).map(|_| ()).map_err(u32::from)
}

fn broken(rule: E) -> Result<(), u32> {
    Err(u32::from(rule))
}

/// At 1 % from the start.
fn with_interest() -> Terms {
    Terms { apr_ppm: 10_000, ..terms() }
}

#[test]
fn alone_a_lender_lowers_by_a_unit_and_raises_by_none() {
    let old = with_interest();
    let alone = |new| amended(&mut loan(old), new, ALONE, 500);
    type Change = fn(&mut Terms, i8);
    let changes: [Change; 5] = [
        |terms, by| terms.apr_ppm = terms.apr_ppm.saturating_add_signed(-i32::from(by)),
        |terms, by| terms.late_fee = terms.late_fee.saturating_add_signed(-i64::from(by)),
        |terms, by| terms.grace_secs = terms.grace_secs.saturating_add_signed(i32::from(by)),
        |terms, by| terms.late_after_secs = terms.late_after_secs.saturating_add_signed(i32::from(by)),
        |terms, by| terms.warn_after_secs = terms.warn_after_secs.saturating_add_signed(i32::from(by)),
    ];
    for change in changes {
        let kinder_by = |by| {
            let mut new = old;
            change(&mut new, by);
            alone(new)
        };
        assert_eq!([1, 0, -1].map(kinder_by), [Ok(()), Ok(()), broken(E::AmendmentNeedsBoth)]);
    }
    assert_eq!(alone(Terms { count: 11, ..old }), broken(E::AmendmentNeedsBoth));
    assert_eq!(alone(Terms { lock_ttl_secs: 3_601, ..old }), broken(E::AmendmentNeedsBoth));
}

#[test]
fn the_principal_that_was_lent_stays_what_it_was() {
    for by_both in [ALONE, BORROWER_TOO] {
        for principal in [9_999, 10_001] {
            let new = Terms { principal, ..terms() };
            assert_eq!(amended(&mut loan(terms()), new, by_both, 500), broken(E::AmendedPrincipal));
        }
        assert_eq!(amended(&mut loan(terms()), terms(), by_both, 500), Ok(()));
    }
}

#[test]
fn with_the_borrower_the_schedule_begins_again_ahead() {
    let mut loan = Loan { status: LoanStatus::Defaulted, ..loan(terms()) };
    loan.ledger.late_decided = 1;
    loan.notices.warned_instalment = 1;
    let from = |first_due| Terms { first_due, ..terms() };
    assert_eq!(amended(&mut loan.clone(), from(1_060), BORROWER_TOO, 1_060), broken(E::TermsFirstDue));
    assert_eq!(amended(&mut loan, from(1_061), BORROWER_TOO, 1_060), Ok(()));
    assert_eq!((loan.ledger.paid_scheduled, loan.ledger.late_decided), (0, 0));
    assert_eq!((loan.notices.warned_instalment, loan.revision), (0, 1));
    assert_eq!((loan.status, loan.ledger.principal), (LoanStatus::Active, 10_000));
}

#[test]
fn with_the_borrower_terms_are_within_the_floors() {
    let floors = PolicyFloors { max_apr_ppm: 10_000, ..floors() };
    let agreed = |apr_ppm| {
        let terms = Terms { apr_ppm, ..terms() };
        let amendment = Amendment { terms, forgive_principal: 0, forgive_interest: 0 };
        let mut loan = loan(crate::fixtures::terms());
        amend(&mut loan, Wallet(0), &amendment, &floors, BORROWER_TOO, 500).map(|_| ()).map_err(u32::from)
    };
    assert_eq!([10_000, 10_001].map(agreed), [Ok(()), broken(E::TermsApr)]);
}

#[test]
fn a_public_unlock_is_promised_only_where_the_pinned_one_has_an_address() {
    let promise = Terms { public_unlock: true, ..terms() };
    for (uri, outcome) in [
        ("", broken(E::TermsPublicUnlock)),
        ("http://unlock.example", broken(E::TermsPublicUnlock)),
        ("https://unlock.example", Ok(())),
    ] {
        let mut loan = loan(terms());
        loan.unlock_uri = uri.to_owned();
        assert_eq!(amended(&mut loan, promise, BORROWER_TOO, 500), outcome, "{uri}");
    }
}

#[test]
fn no_more_is_forgiven_than_is_owed_after_the_look() {
    let forgiving = |principal, interest| {
        let mut loan = loan(terms());
        loan.ledger.interest = 60;
        let amendment =
            Amendment { terms: terms(), forgive_principal: principal, forgive_interest: interest };
        amend(&mut loan, Wallet(1_000), &amendment, &floors(), ALONE, 1_000)
            .map(|_| loan.ledger.payoff().unwrap())
            .map_err(u32::from)
    };
    // The look takes the 60 and 940 of principal.
    assert_eq!([9_059, 9_060].map(|principal| forgiving(principal, 0)), [Ok(1), Ok(0)]);
    assert_eq!(forgiving(9_061, 0).map(|_| ()), broken(E::WaiverTooLarge));
    assert_eq!(forgiving(0, 1).map(|_| ()), broken(E::WaiverTooLarge));
}

#[test]
fn a_loan_that_is_over_or_given_up_is_not_amended() {
    for (status, rule) in [
        (LoanStatus::PaidOff, E::LoanPaidOff),
        (LoanStatus::Settled, E::LoanPaidOff),
        (LoanStatus::ChargedOff, E::ChargedOff),
    ] {
        let mut ended = Loan { status, ..loan(terms()) };
        assert_eq!(amended(&mut ended, terms(), ALONE, 500), broken(rule));
    }
}
