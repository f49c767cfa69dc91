//! Looks: every instruction that changes money, terms, status or stay stores what was due by then, and so do
//! `declare_default` and `request` of a warning or a lock.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::instructions::SettlementReason;
use latchkey::state::{Action, Calendar, Loan, LoanStatus};
use latchkey_tests_svm::{DAY, LoanFixture, Outcome, START, WEEK, due};

use crate::event;

/// An instruction and its name.
type Looking = (&'static str, fn(&mut LoanFixture));

const LOOKING: [Looking; 9] = [
    ("collect", |it| drop(it.look().holds())),
    ("prepay", |it| drop(it.prepay(1).holds())),
    ("pay_off", |it| {
        let (borrower, savings) = (it.borrower.insecure_clone(), it.savings);
        it.pay_off_by(&borrower, Some(savings)).holds();
    }),
    ("withdraw_surplus", |it| drop(it.withdraw_surplus(1).holds())),
    ("place_stay", |it| drop(it.place_stay(it.chain.now(), it.chain.now() + 1).holds())),
    ("extend", |it| drop(it.extend().holds())),
    ("amend alone", |it| {
        let args = it.amendment(|terms| terms.grace_secs += 1);
        it.amend_alone(args).holds();
    }),
    ("amend by both", |it| {
        let first_due = it.chain.now() + WEEK;
        let args = it.amendment(|terms| terms.first_due = first_due);
        it.amend_by_both(args).holds();
    }),
    ("settle", |it| drop(it.settle(SettlementReason::Settlement).holds())),
];

#[test]
fn what_was_due_is_taken_and_the_fee_charged_before_anything_else() {
    for (name, act) in LOOKING {
        let mut fixture = LoanFixture::on(|terms| terms.max_extensions = 1);
        fixture.top_up(1_600);
        fixture.at(due(0)).look().holds();
        fixture.at(due(0) + DAY);
        act(&mut fixture);
        let ledger = fixture.loan().ledger;
        assert_eq!(ledger.as_of, due(0) + DAY, "{name}");
        assert!(ledger.unsent >= 1_000, "{name}");
    }
}

#[test]
fn a_default_stores_what_it_found() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(300);
    let done = fixture.at(LoanFixture::default_at()).declare_default().holds();
    let taken = event!(done, PaymentApplied);
    assert_eq!((taken.principal, taken.late_fees), (300, 25));
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.unsent, ledger.fees, ledger.as_of), (300, 25, LoanFixture::default_at()));
}

#[test]
fn a_request_of_a_warning_or_a_lock_stores_what_it_found_and_an_unlock_only_judges() {
    let mut fixture = LoanFixture::new();
    fixture.fund(100_000_000).holds();
    fixture.top_up(300);
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    assert_eq!((fixture.unsent(), fixture.loan().ledger.as_of), (300, due(0) + 1));
    let mut fixture = fixture.fall_into_default();
    fixture.top_up(300);
    fixture.at(LoanFixture::default_at() + 5).request(Action::Lock).holds();
    assert_eq!((fixture.unsent(), fixture.loan().ledger.as_of), (600, LoanFixture::default_at() + 5));
    fixture.top_up(400);
    let before = fixture.loan().ledger;
    fixture.at(LoanFixture::default_at() + 9).request(Action::Unlock).holds();
    assert_eq!(fixture.loan().ledger, before);
}

/// An instruction's name, and how it is sent.
type Acting = (&'static str, fn(&mut LoanFixture) -> Outcome);

/// What acts on a loan that owes something.
const ACTING: [Acting; 8] = [
    ("prepay", |it| it.prepay(1)),
    ("place_stay", |it| it.place_stay(it.chain.now(), it.chain.now() + 1)),
    ("extend", LoanFixture::extend),
    ("amend alone", |it| {
        let args = it.amendment(|terms| terms.grace_secs += 1);
        it.amend_alone(args)
    }),
    ("amend by both", |it| {
        let first_due = it.chain.now() + WEEK;
        let args = it.amendment(|terms| terms.first_due = first_due);
        it.amend_by_both(args)
    }),
    ("waive_fees", |it| it.waive_fees(1)),
    ("charge_off", LoanFixture::charge_off),
    ("settle", |it| it.settle(SettlementReason::Settlement)),
];

#[test]
fn a_loan_that_the_look_just_paid_off_is_over_for_all_that_comes_after_the_look() {
    // Nobody looked since the start, and the wallet holds all that was due by the last due date, and 500 more.
    let mut over = LoanFixture::on(|terms| terms.max_extensions = 1);
    over.top_up(10_500);
    over.at(due(9) + 120 * DAY);
    for (name, act) in ACTING {
        let mut fixture = over.clone();
        let outcome = act(&mut fixture);
        println!("{name}: {}", outcome.describe());
        outcome.breaks(LatchkeyError::LoanPaidOff);
    }
    over.clone().declare_default().breaks(LatchkeyError::NotActive);
    over.clone().request(Action::Warn).breaks(LatchkeyError::LoanPaidOff);
    over.clone().request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    // What gets the borrower's money to its owner is done all the same.
    for (name, act, free) in [
        ("collect", (|it| it.look()) as fn(&mut LoanFixture) -> Outcome, 500),
        ("pay_off", |it| it.pay_off(), 500),
        ("withdraw_surplus", |it| it.withdraw_surplus(500), 0),
    ] {
        let mut fixture = over.clone();
        act(&mut fixture).holds();
        let paid_off = (fixture.loan().status, fixture.unsent(), fixture.free());
        assert_eq!(paid_off, (LoanStatus::PaidOff, 10_000, free), "{name}");
    }
}

#[test]
fn a_refused_request_stores_nothing_of_its_look() {
    let mut fixture = LoanFixture::defaulted();
    fixture.top_up(1_000);
    let before = fixture.loan().ledger;
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    assert_eq!(fixture.loan().ledger, before);
}

#[test]
fn of_a_due_date_and_a_late_date_in_one_second_the_due_date_comes_first() {
    // The late date of each instalment is the due date of the next one.
    let lend = || LoanFixture::on(|terms| terms.late_after_secs = 604_800);
    let mut paid = lend();
    paid.at(due(1)).top_up(1_000);
    // The last look was at the start: the money counts from there.
    paid.look().holds();
    assert_eq!(paid.loan().ledger.fees, 0);

    let mut looked_at = lend();
    looked_at.at(due(1) - 1).look().holds();
    looked_at.at(due(1)).top_up(1_000);
    // Instalment 1 is paid with it before its fee could fall.
    looked_at.look().holds();
    assert_eq!(looked_at.loan().ledger.fees, 0);

    let mut late = lend();
    late.at(due(1)).look().holds();
    assert_eq!(late.loan().ledger.fees, 25);
}

#[test]
fn money_in_the_wallet_stops_interest_on_the_due_date_though_nobody_looks() {
    // 10,000 at 36.5 % are 10 a day.
    let lend = || LoanFixture::on(|terms| terms.apr_ppm = 365_000);
    let (mut on_time, mut asleep) = (lend(), lend());
    for fixture in [&mut on_time, &mut asleep] {
        fixture.top_up(5_000);
    }
    for k in 0..4 {
        on_time.at(due(k)).collect().holds();
    }
    for fixture in [&mut on_time, &mut asleep] {
        fixture.at(due(3) + DAY).collect().holds();
    }
    assert_eq!(on_time.loan().ledger, asleep.loan().ledger);
}

/// Collecting more often, by anyone, changes nothing for a borrower who is on time.
#[test]
fn who_collects_and_how_often_changes_nothing_for_money_on_time() {
    let lend = || LoanFixture::on(|terms| (terms.apr_ppm, terms.count) = (180_000, 4));
    let (mut often, mut once) = (lend(), lend());
    for fixture in [&mut often, &mut once] {
        fixture.top_up(10_100);
    }
    for now in (START..due(3) + DAY).step_by(100_003) {
        if now % 2 == 0 {
            often.at(now).look().holds()
        } else {
            often.at(now).collect().holds()
        };
    }
    for fixture in [&mut often, &mut once] {
        fixture.at(due(3) + DAY).collect().holds();
    }
    assert_eq!(often.loan().status, once.loan().status);
    assert_eq!(often.loan().ledger, once.loan().ledger);
    assert_eq!(often.wallet(), once.wallet());
}

#[test]
fn a_prepayment_needs_no_treasury() {
    let mut fixture = LoanFixture::new();
    let LoanFixture { chain, money, keys, authority, .. } = &mut fixture;
    money.empty_and_close(chain, &keys.treasury, authority);
    fixture.top_up(1_500);
    fixture.at(due(0)).prepay(500).holds();
    assert_eq!((fixture.unsent(), fixture.loan().ledger.principal), (1_500, 8_500));
}

#[test]
fn a_collect_that_has_nothing_to_send_needs_no_treasury_either() {
    let mut fixture = LoanFixture::new();
    let LoanFixture { chain, money, keys, authority, .. } = &mut fixture;
    money.empty_and_close(chain, &keys.treasury, authority);
    fixture.at(due(0)).collect().holds();
    assert_eq!(fixture.loan().ledger.as_of, due(0));
}

#[test]
fn a_loan_left_too_long_is_collected_first_and_unlocks_meanwhile() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::seconds(86_400), START + WEEK);
        (terms.count, terms.principal, terms.max_extensions) = (60, 60_000, 1);
    })
    .fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    fixture.fund(100_000_000).holds();
    fixture.at(LoanFixture::default_at() + 20 * DAY);
    fixture.request(Action::Lock).breaks(LatchkeyError::TooManyMoments);
    fixture.extend().breaks(LatchkeyError::TooManyMoments);
    fixture.settle(SettlementReason::Settlement).breaks(LatchkeyError::TooManyMoments);
    fixture.unlock();
    fixture.collect().holds();
    fixture.collect().holds();
    fixture.request(Action::Lock).holds();
}

#[test]
fn an_account_of_another_version_is_refused() {
    for version in [1, 3, u8::MAX] {
        let mut fixture = LoanFixture::new();
        let loan = fixture.keys.loan;
        let mut account = fixture.chain.svm().get_account(&loan).unwrap();
        // After the discriminator.
        account.data[8] = version;
        fixture.chain.svm().set_account(loan, account).unwrap();
        fixture.collect().breaks_constraint(ErrorCode::AccountDidNotDeserialize);
        let account = fixture.chain.svm().get_account(&loan).unwrap();
        assert!(latchkey_client::accounts::decode_as::<Loan>("loan", &account.data).is_err());
    }
}
