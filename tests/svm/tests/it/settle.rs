//! Ending a loan for less than is owed.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::SettlementReason;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, due};
use solana_sdk::signer::Signer;

use crate::event;

#[test]
fn a_settlement_forgives_what_is_left_and_tells_how_much() {
    for reason in [
        SettlementReason::Settlement,
        SettlementReason::TotalLoss,
        SettlementReason::Surrender,
        SettlementReason::Repossession,
        SettlementReason::ChargeOffReleased,
    ] {
        let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 365_000);
        // 10 a day for eight days and a second, and a late fee.
        fixture.at(due(0) + DAY + 1);
        let told = event!(fixture.settle(reason).holds(), LoanSettled);
        assert_eq!(
            (told.loan, told.reason, told.status_before),
            (fixture.keys.loan, reason, LoanStatus::Active)
        );
        assert_eq!((told.forgiven_principal, told.forgiven_interest, told.forgiven_fees), (10_000, 80, 25));
        assert_eq!(told.at, due(0) + DAY + 1);
        let loan = fixture.loan();
        assert_eq!(loan.status, LoanStatus::Settled);
        assert_eq!((loan.ledger.principal, loan.ledger.interest, loan.ledger.fees), (0, 0, 0));
        assert_eq!(loan.ledger.interest_remainder, 0, "forgiven to the fraction of a unit");
        fixture.close().holds();
    }
}

#[test]
fn a_settlement_takes_what_is_due_and_not_a_unit_more() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(5_000);
    fixture.at(due(1)).settle(SettlementReason::Settlement).holds();
    assert_eq!((fixture.unsent(), fixture.free()), (2_000, 3_000));
    let savings = fixture.chain.tokens(&fixture.savings);
    fixture.collect().holds();
    fixture.withdraw_surplus(3_000).holds();
    assert_eq!(fixture.chain.tokens(&fixture.savings), savings + 3_000);
}

#[test]
fn a_settled_loan_accrues_nothing_defaults_never_and_releases_the_car() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(100_000_000).holds();
    fixture.settle(SettlementReason::Surrender).holds();
    fixture.close().breaks(LatchkeyError::VehicleLocked);
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    fixture.at(due(9) + DAY).collect().holds();
    assert_eq!((fixture.loan().ledger.fees, fixture.loan().ledger.interest), (0, 0));
    fixture.declare_default().breaks(LatchkeyError::NotActive);
    fixture.request(Action::Warn).breaks(LatchkeyError::LoanPaidOff);
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    fixture.close().holds();
    assert_eq!(fixture.vehicle().active_loan(), None);
}

#[test]
fn a_charged_off_debt_is_released_by_a_settlement() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 120 * DAY).charge_off().holds();
    let told = event!(fixture.settle(SettlementReason::ChargeOffReleased).holds(), LoanSettled);
    assert_eq!((told.status_before, told.forgiven_principal), (LoanStatus::ChargedOff, 10_000));
    fixture.close().holds();
}

#[test]
fn what_is_over_is_not_settled_again() {
    let mut fixture = LoanFixture::new();
    fixture.settle(SettlementReason::Settlement).holds();
    fixture.settle(SettlementReason::Settlement).breaks(LatchkeyError::LoanPaidOff);
    let mut paid = LoanFixture::new();
    paid.pay_all();
    paid.settle(SettlementReason::Settlement).breaks(LatchkeyError::LoanPaidOff);
    // A wallet that holds all of it at the last due date pays the loan off; there is nothing to settle.
    let mut funded = LoanFixture::new();
    funded.top_up(10_000);
    funded.at(due(9)).settle(SettlementReason::Settlement).breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn the_authority_settles_and_nobody_else_does() {
    let mut fixture = LoanFixture::new();
    fixture.at(START);
    for who in [&fixture.servicer, &fixture.borrower, &fixture.stranger] {
        let instruction = build::settle(&fixture.keys, who.pubkey(), SettlementReason::Settlement);
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
}
