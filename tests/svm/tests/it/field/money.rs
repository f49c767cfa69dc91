//! Money and dates.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, Calendar, LoanStatus};
use latchkey_client::schedule::{level_instalment, schedule};
use latchkey_tests_svm::{DAY, LoanFixture, START, due};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::event;

/// A cent of a mint with six decimals.
const CENT: u64 = 10_000;

/// 2026-01-01 00:00 UTC.
const SIGNED: i64 = START - 365 * DAY;

/// When the car is late with an instalment of the loan below: a fee falls after ten days, default comes after fifteen.
const GRACE: i64 = 15 * DAY;

/// 12,000.00 at 18 %, in twelve monthly instalments from 2026-02-01, signed on 2026-01-01; and what its schedule says
/// is to be paid, and when.
fn a_year() -> (LoanFixture, Vec<(i64, u64)>) {
    let mut fixture = LoanFixture::before_loan();
    fixture.at(SIGNED);
    let LoanFixture { chain, money, authority, borrower, .. } = &mut fixture;
    for who in [authority, borrower] {
        money.open(chain, &who.pubkey(), 20_000_000_000);
    }
    let terms = &mut fixture.terms;
    (terms.principal, terms.apr_ppm, terms.count) = (12_000_000_000, 180_000, 12);
    (terms.calendar, terms.first_due) = (Calendar::months(1, 1, 0), SIGNED + 31 * DAY);
    (terms.late_after_secs, terms.grace_secs, terms.late_fee) = (10 * 86_400, 15 * 86_400, 25_000_000);
    terms.instalment = level_instalment(terms, SIGNED, CENT).unwrap();
    fixture.originate().holds();
    let payments = schedule(&fixture.terms, SIGNED).unwrap().payments;
    let payments = payments.iter().map(|payment| (payment.due, payment.amount)).collect();
    (fixture, payments)
}

/// All that was paid toward the loan so far.
fn paid(fixture: &LoanFixture) -> u64 {
    let ledger = fixture.loan().ledger;
    ledger.principal_paid + ledger.interest_paid + ledger.fees_paid
}

/// What the schedule's payments are together: 13,196.75 and some.
fn scheduled(payments: &[(i64, u64)]) -> u64 {
    let total = payments.iter().map(|(_, payment)| payment).sum();
    assert_eq!(total / CENT, 1_319_675, "{total}");
    total
}

#[test]
fn m7_money_on_time_costs_what_the_schedule_says_though_it_is_collected_ten_days_late() {
    let (mut fixture, payments) = a_year();
    for (due, payment) in &payments {
        fixture.at(*due).top_up(*payment);
        fixture.at(due + 10 * DAY).collect().holds();
    }
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
    assert_eq!((paid(&fixture), fixture.wallet()), (scheduled(&payments), 0));
}

#[test]
fn m8_a_closed_treasury_makes_nobody_late() {
    let (mut fixture, payments) = a_year();
    for (k, (due, payment)) in payments.iter().enumerate() {
        fixture.at(*due);
        if k == 11 {
            let LoanFixture { chain, money, keys, authority, .. } = &mut fixture;
            money.empty_and_close(chain, &keys.treasury, authority);
        } else {
            fixture.collect().holds();
        }
        fixture.top_up(*payment);
    }
    let late = payments[11].0 + GRACE;
    fixture.at(late);
    assert!(!fixture.collect().is_done(), "there is no treasury");
    // Each looks first, and finds the loan paid off.
    fixture.declare_default().breaks(LatchkeyError::NotActive);
    fixture.request(Action::Warn).breaks(LatchkeyError::LoanPaidOff);
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);

    // Somebody creates it again.
    let LoanFixture { chain, money, authority, .. } = &mut fixture;
    money.open(chain, &authority.pubkey(), 0);
    fixture.collect().holds();
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
    assert_eq!((paid(&fixture), fixture.loan().ledger.fees_paid), (scheduled(&payments), 0));
    assert_eq!((fixture.wallet(), fixture.unsent()), (0, 0));
}

#[test]
fn m9_a_late_fee_alone_is_no_default() {
    let mut fixture = LoanFixture::on(|terms| terms.late_after_secs = 1_800);
    // A keeper looks when the fee falls; without a look, late money would count from the last one.
    fixture.at(due(0) + 1_800).collect().holds();
    fixture.at(due(0) + 3_600).top_up(1_000);
    fixture.collect().holds();
    assert_eq!((fixture.loan().ledger.fees, fixture.wallet()), (25, 0));
    fixture.at(due(1) - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.request(Action::Warn).breaks(LatchkeyError::NotPastDue);
}

#[test]
fn m12_a_prepayment_and_a_payoff_in_one_second_pay_interest_once() {
    let (mut fixture, _) = a_year();
    // 10 days at 18 % of 12,000: 59.178082.
    fixture.at(SIGNED + 10 * DAY).top_up(12_059_178_082);
    fixture.prepay(5_000_000_000).holds();
    let told = event!(fixture.pay_off().holds(), PaymentApplied);
    assert_eq!((told.interest, told.status_after), (0, LoanStatus::PaidOff));
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.interest_paid, ledger.principal_paid), (59_178_082, 12_000_000_000));
    assert_eq!(fixture.free(), 0);
}

/// 10,000.000000 at 36.5 %: 10.00 a day. The first instalment is due on day 30.
fn ten_a_day() -> LoanFixture {
    let mut fixture = LoanFixture::before_loan();
    let LoanFixture { chain, money, authority, borrower, .. } = &mut fixture;
    for who in [authority, borrower] {
        money.open(chain, &who.pubkey(), 20_000_000_000);
    }
    let terms = &mut fixture.terms;
    (terms.principal, terms.apr_ppm, terms.instalment) = (10_000_000_000, 365_000, 1_000_000_000);
    (terms.calendar, terms.first_due) = (Calendar::seconds(30 * 86_400), START + 30 * DAY);
    (terms.late_after_secs, terms.grace_secs) = (10 * 86_400, 15 * 86_400);
    fixture.originate().holds();
    fixture.at(START + 30 * DAY).collect().holds();
    fixture.at(START + 31 * DAY).top_up(1_000_000_000);
    fixture
}

#[test]
fn m16_late_money_counts_from_the_last_look_and_never_later() {
    let (mut at_once, mut later) = (ten_a_day(), ten_a_day());
    at_once.collect().holds();
    for fixture in [&mut at_once, &mut later] {
        fixture.at(START + 36 * DAY).collect().holds();
    }
    let owed = |fixture: &LoanFixture| fixture.loan().ledger.principal + fixture.loan().ledger.interest;
    assert!(owed(&later) <= owed(&at_once), "{} > {}", owed(&later), owed(&at_once));
    assert_eq!((later.wallet(), later.loan().ledger.fees), (0, 0));
}

#[test]
fn m17_an_open_fee_does_not_eat_the_next_instalment() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + DAY).collect().holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    assert_eq!(fixture.loan().ledger.fees, 25);
    fixture.top_up(1_000);
    fixture.at(due(1) - 2 * DAY).collect().holds();
    assert_eq!(fixture.wallet(), 1_000);
    fixture.at(due(1) + 3 * DAY).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.collect().holds();
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.paid_scheduled, ledger.fees, fixture.wallet()), (2_000, 25, 0));
}

#[test]
fn m18_money_that_comes_in_the_second_it_is_due_is_on_time_though_somebody_looked_before() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 365_000);
    fixture.at(due(0)).collect().holds();
    fixture.top_up(1_000);
    fixture.at(due(0) + 3 * DAY).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.collect().holds();
    let ledger = fixture.loan().ledger;
    // 70 of interest for the week; then three days on 9,070 are 27.
    assert_eq!((ledger.principal, ledger.interest, ledger.fees), (9_070, 27, 0));
}

#[test]
fn m19_a_lender_takes_out_of_the_wallet_only_what_is_due() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(10_000);
    let (authority, treasury) = (fixture.authority.insecure_clone(), fixture.keys.treasury);
    fixture.at(due(0)).pay_off_by(&authority, None).breaks(LatchkeyError::PayerTokensMissing);
    let before = fixture.chain.tokens(&treasury);
    fixture.pay_off_by(&authority, Some(treasury)).holds();
    // The lender brought the other 9,000 itself.
    assert_eq!((fixture.free(), fixture.chain.tokens(&treasury)), (9_000, before - 9_000));
    fixture.withdraw_surplus(9_000).holds();
}

#[test]
fn m20_a_borrower_pays_off_whatever_the_treasury_does() {
    let mut fixture = LoanFixture::locked();
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.freeze(chain, &keys.treasury);
    let (borrower, savings): (Keypair, _) = (fixture.borrower.insecure_clone(), fixture.savings);
    fixture.pay_off_by(&borrower, Some(savings)).holds();
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
    fixture.unlock();
    let waits = fixture.unsent();
    assert_eq!((waits, fixture.wallet()), (10_025, 10_025));
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.thaw(chain, &keys.treasury);
    let treasury = fixture.chain.tokens(&fixture.keys.treasury);
    fixture.collect().holds();
    assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury + waits);
}
