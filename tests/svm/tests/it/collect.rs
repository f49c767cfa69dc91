//! Collecting what is due, and the cost of a late payment.

use latchkey::errors::LatchkeyError;
use latchkey::events::{PaymentApplied, PaymentKind};
use latchkey::state::{Calendar, LoanStatus};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, due, swap};
use solana_sdk::signer::Signer;

use crate::event;

/// The token programs' error for a frozen account.
const FROZEN: u32 = 17;

fn collected(fixture: &mut LoanFixture) -> PaymentApplied {
    let told = event!(fixture.collect().holds(), PaymentApplied);
    assert_eq!(told.kind, PaymentKind::Collected);
    told
}

/// To interest, principal and fees.
fn parts(told: &PaymentApplied) -> (u64, u64, u64) {
    (told.interest, told.principal, told.fees)
}

#[test]
fn an_instalment_is_taken_from_its_due_date_to_the_second() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(2_500);
    assert_eq!(parts(&collected(fixture.at(due(0) - 1))), (0, 0, 0));
    assert_eq!(parts(&collected(fixture.at(due(0)))), (0, 1_000, 0));
    assert_eq!(parts(&collected(fixture.at(due(0) + 1))), (0, 0, 0));
    assert_eq!(parts(&collected(fixture.at(due(1)))), (0, 1_000, 0));
    assert_eq!(fixture.wallet(), 500);
}

#[test]
fn a_payment_tells_what_was_before_and_after() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(600);
    fixture.at(due(0));
    let treasury = fixture.chain.tokens(&fixture.keys.treasury);
    let told = collected(&mut fixture);
    assert_eq!((told.loan, told.principal_before, told.principal_after), (fixture.keys.loan, 10_000, 9_400));
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::Active));
    assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury + 600);
    assert_eq!((fixture.wallet(), fixture.loan().ledger.principal), (0, 9_400));
}

#[test]
fn a_late_fee_falls_to_the_second_and_once_an_instalment() {
    let mut fixture = LoanFixture::new();
    let late = due(0) + DAY;
    for (now, late_fees) in [(late - 1, 0), (late, 25), (late + 1, 0), (due(1), 0), (due(1) + DAY, 25)] {
        assert_eq!(collected(fixture.at(now)).late_fees, late_fees, "{}", now - START);
    }
    assert_eq!(fixture.loan().ledger.fees, 50);
}

#[test]
fn a_transfer_that_arrived_unseen_before_the_fee_fell_counts() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + DAY - 1).top_up(1_000);
    assert_eq!(collected(fixture.at(due(0) + 3 * DAY)).late_fees, 0);
}

#[test]
fn an_unpaid_fee_never_makes_the_next_instalment_late() {
    let mut fixture = LoanFixture::new();
    assert_eq!(collected(fixture.at(due(0) + DAY)).late_fees, 25);
    for k in 0..3 {
        fixture.top_up(1_000);
        assert_eq!(collected(fixture.at(due(k) + DAY + 1)).late_fees, 0);
        assert_eq!(collected(fixture.at(due(k + 1))).late_fees, 0);
    }
}

/// 10,000 at 73 % are 20 a day, for 8 days.
#[test]
fn interest_comes_first_then_principal_and_fees_wait_for_the_end_of_the_schedule() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 730_000);
    assert_eq!(collected(fixture.at(due(0) + DAY)).late_fees, 25);
    fixture.top_up(1_010);
    assert_eq!(parts(&collected(&mut fixture)), (160, 840, 0));
    assert_eq!((fixture.loan().ledger.fees, fixture.wallet()), (25, 10));
}

#[test]
fn fees_are_taken_once_the_schedule_is_paid_and_end_the_loan() {
    let mut fixture = LoanFixture::on(|terms| terms.count = 2);
    assert_eq!(collected(fixture.at(due(0) + DAY)).late_fees, 25);
    fixture.top_up(10_024);
    let told = collected(fixture.at(due(1)));
    assert_eq!((parts(&told), told.status_after), ((0, 10_000, 24), LoanStatus::Active));
    fixture.top_up(1);
    let told = collected(&mut fixture);
    assert_eq!((parts(&told), told.status_after), ((0, 0, 1), LoanStatus::PaidOff));
}

/// The textbook example of simple interest.
#[test]
fn ten_thousand_dollars_at_18_percent_accrue_4_93_a_day() {
    let mut fixture = LoanFixture::before_loan();
    let LoanFixture { chain, money, authority, .. } = &mut fixture;
    money.open(chain, &authority.pubkey(), 10_000_000_000);
    (fixture.terms.principal, fixture.terms.apr_ppm) = (10_000_000_000, 180_000);
    fixture.originate().holds();
    for (days, interest) in [(1, 4_931_506), (2, 9_863_013), (6, 29_589_041)] {
        collected(fixture.at(START + days * DAY));
        assert_eq!(fixture.loan().ledger.interest, interest);
    }
}

#[test]
fn accruing_often_costs_the_borrower_nothing() {
    let lend = || LoanFixture::on(|terms| (terms.apr_ppm, terms.principal) = (179_900, 999_999_937));
    let (mut often, mut once) = (lend(), lend());
    for now in (START..START + 5 * DAY).step_by(7_919) {
        collected(often.at(now));
    }
    for fixture in [&mut often, &mut once] {
        collected(fixture.at(START + 5 * DAY));
    }
    assert_eq!(often.loan().ledger, once.loan().ledger);
}

#[test]
fn at_the_last_due_date_all_that_is_owed_is_due() {
    let mut fixture = LoanFixture::on(|terms| (terms.count, terms.late_fee) = (2, 0));
    fixture.top_up(20_000);
    assert_eq!(parts(&collected(fixture.at(due(1) - 1))), (0, 1_000, 0));
    let told = collected(fixture.at(due(1)));
    assert_eq!((parts(&told), told.status_after), ((0, 9_000, 0), LoanStatus::PaidOff));
    assert_eq!(fixture.wallet(), 10_000);
    // There is nothing to take any more, and nothing to send.
    assert_eq!(parts(&collected(&mut fixture)), (0, 0, 0));
}

#[test]
fn what_is_past_due_is_taken_as_far_as_the_wallet_goes() {
    let mut fixture = LoanFixture::on(|terms| terms.late_fee = 0);
    fixture.at(due(2)).top_up(2_999);
    assert_eq!(collected(&mut fixture).principal, 2_999);
    fixture.top_up(2);
    assert_eq!((collected(&mut fixture).principal, fixture.wallet()), (1, 1));
}

#[test]
fn the_last_missing_unit_cures_a_default() {
    let mut fixture = LoanFixture::defaulted();
    fixture.top_up(999);
    let told = collected(&mut fixture);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::Defaulted));
    fixture.top_up(1);
    let told = collected(&mut fixture);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::Active));
    assert_eq!(fixture.loan().status, LoanStatus::Active);
}

#[test]
fn a_charged_off_loan_is_still_paid_but_no_longer_charged_fees() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 120 * DAY).charge_off().holds();
    fixture.top_up(1_000);
    let told = collected(fixture.at(due(0) + 150 * DAY));
    assert_eq!((told.late_fees, told.principal), (0, 1_000));
    assert_eq!(told.status_after, LoanStatus::ChargedOff);
}

#[test]
fn a_loan_too_large_to_compute_is_an_error_and_not_a_panic() {
    let mut fixture = LoanFixture::on(|terms| terms.calendar = Calendar::seconds(366 * 86_400));
    fixture.edit_loan(|loan| {
        loan.terms.apr_ppm = u32::MAX;
        loan.ledger.principal = u64::MAX;
    });
    fixture.at(START + 365 * DAY).collect().breaks(LatchkeyError::Overflow);
}

#[test]
fn money_flows_only_from_the_loans_own_wallet_to_the_lenders_own_treasury() {
    let mut fixture = LoanFixture::new();
    let keys = fixture.keys;
    let honest = build::collect(&keys);
    let (savings, seller) = (fixture.savings, fixture.seller);
    let to_the_seller = swap(honest.clone(), &keys.treasury, &seller);
    fixture.chain.send(&[to_the_seller], &[]).breaks(LatchkeyError::WrongRecipient);
    let from_savings = swap(honest, &keys.wallet, &savings);
    fixture.chain.send(&[from_savings], &[]).breaks(LatchkeyError::WrongLoan);

    let (_, first) = fixture.turn_to_another_car();
    let from_another_loan = swap(build::collect(&fixture.keys), &fixture.keys.wallet, &first.wallet);
    fixture.chain.send(&[from_another_loan], &[]).breaks(LatchkeyError::WrongLoan);
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.collect().breaks(LatchkeyError::WrongLender);
}

#[test]
fn what_is_taken_is_the_lenders_in_the_wallet_until_it_is_sent() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_300);
    let treasury = fixture.chain.tokens(&fixture.keys.treasury);
    let told = event!(fixture.at(due(0)).look().holds(), PaymentApplied);
    assert_eq!((told.principal, told.unsent), (1_000, 1_000));
    assert_eq!((fixture.wallet(), fixture.unsent(), fixture.free()), (1_300, 1_000, 300));
    assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury);
    // A second look finds nothing more, and the borrower cannot have it back.
    assert_eq!(parts(&event!(fixture.look().holds(), PaymentApplied)), (0, 0, 0));
    fixture.withdraw_surplus(301).breaks(LatchkeyError::NotSurplus);
    let sent = event!(fixture.collect().holds(), PaymentSent);
    assert_eq!((sent.loan, sent.treasury, sent.amount), (fixture.keys.loan, fixture.keys.treasury, 1_000));
    assert_eq!((fixture.wallet(), fixture.unsent()), (300, 0));
    assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury + 1_000);
}

#[test]
fn a_frozen_treasury_stops_the_sending_and_not_the_look() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_000);
    fixture.at(due(0));
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.freeze(chain, &keys.treasury);
    fixture.collect().breaks_elsewhere(FROZEN);
    fixture.look().holds();
    assert_eq!((fixture.unsent(), fixture.loan().ledger.principal), (1_000, 9_000));
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.thaw(chain, &keys.treasury);
    fixture.collect().holds();
    assert_eq!((fixture.unsent(), fixture.wallet()), (0, 0));
}

#[test]
fn one_look_walks_32_moments_and_the_next_one_goes_on() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::seconds(100), START + 100);
        (terms.count, terms.principal, terms.late_after_secs) = (40, 40_000, 10);
    });
    // 16 due dates and 16 late dates are 32 moments.
    fixture.at(START + 1_610).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(START + 1_700).declare_default().breaks(LatchkeyError::TooManyMoments);
    fixture.prepay(1).breaks(LatchkeyError::TooManyMoments);
    fixture.collect().holds();
    assert_eq!(fixture.loan().ledger.as_of, START + 1_610);
    fixture.collect().holds();
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.as_of, ledger.fees), (START + 1_700, 16 * 25));
}
