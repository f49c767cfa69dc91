//! What happens next, held against the contract's own gates: each moment is the first at which they allow it.

use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::rules::gates::{check_default, check_default_and_lock, check_warn};
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::loan_at::LoanAt;
use latchkey_client::latchkey::rules::{notices, payments};
use latchkey_client::latchkey::state::{Loan, LoanStatus, NoticeChannels, Terms};
use latchkey_client::outlook::{Outlook, cure, outlook};

/// When the first instalment of the fixtures is due.
const DUE: i64 = 1_000;

fn look(loan: &Loan, wallet: u64, now: i64) -> Outlook {
    outlook(loan, &fixtures::lender(), wallet, now).unwrap()
}

/// The first second from `from` at which `holds`.
fn first(from: i64, holds: impl Fn(i64) -> bool) -> i64 {
    (from..from + 2_000).find(|now| holds(*now)).unwrap()
}

fn with_notice() -> Terms {
    Terms {
        min_channels: 1,
        notice_secs: 70,
        final_notice_secs: 40,
        notice_max_age_secs: 500,
        late_after_secs: 30,
        warn_after_secs: 10,
        ..fixtures::terms()
    }
}

/// The first second at which a lock is possible, where people serve each notice the second they may.
fn first_lock(mut loan: Loan, from: i64) -> i64 {
    let (lender, vehicle) = (fixtures::lender(), fixtures::vehicle());
    (from..from + 2_000)
        .find(|now| {
            let at = LoanAt::new(&loan, Wallet(0), *now);
            if let Ok((served, _)) = notices::serve(&at, NoticeChannels::MAIL) {
                loan.notices = served;
            }
            check_default_and_lock(&LoanAt::new(&loan, Wallet(0), *now), &lender, &vehicle).is_ok()
        })
        .unwrap()
}

#[test]
fn each_moment_is_the_first_at_which_the_contract_allows_it() {
    let loan = fixtures::loan(Terms { warn_after_secs: 10, ..fixtures::terms() });
    let (lender, vehicle) = (fixtures::lender(), fixtures::vehicle());
    let ahead = look(&loan, 0, DUE - 500);
    let shortfall = ahead.shortfall.unwrap();
    assert_eq!((shortfall.instalment, shortfall.due, shortfall.amount), (1, DUE, 1_000));
    let at = |now| LoanAt::new(&loan, Wallet(0), now);
    assert_eq!(ahead.default_at, Some(first(DUE, |now| check_default(&at(now)).is_ok())));
    assert_eq!(ahead.warn_from, Some(first(DUE, |now| check_warn(&at(now), &lender, &vehicle).is_ok())));
    let is_charged = |now| payments::look(&mut loan.clone(), Wallet(0), now).unwrap().late_fees > 0;
    assert_eq!(ahead.late_fee_at, Some(first(DUE, is_charged)));
    assert_eq!(ahead.earliest_lock, Some(first_lock(loan.clone(), DUE)));
}

#[test]
fn the_earliest_lock_waits_for_every_notice() {
    for notice_after_default in [false, true] {
        for final_notice_secs in [0, 30, 40] {
            let loan = fixtures::loan(Terms { notice_after_default, final_notice_secs, ..with_notice() });
            let said = look(&loan, 0, DUE - 500).earliest_lock;
            assert_eq!(said, Some(first_lock(loan, DUE)), "{notice_after_default} {final_notice_secs}");
        }
    }
}

#[test]
fn a_notice_that_was_served_late_moves_the_earliest_lock() {
    let mut loan = fixtures::loan(with_notice());
    let served = DUE + 25;
    loan.notices = notices::serve(&LoanAt::new(&loan, Wallet(0), served), NoticeChannels::TEXT).unwrap().0;
    let said = look(&loan, 0, served).earliest_lock.unwrap();
    assert_eq!(said, first_lock(loan, served));
}

#[test]
fn a_hold_a_pause_and_a_stay_put_the_lock_off() {
    let plain = fixtures::loan(fixtures::terms());
    let held = Loan { hold_until: DUE + 300, ..plain.clone() };
    assert_eq!(look(&held, 0, DUE - 1).earliest_lock, Some(DUE + 300));
    assert_eq!(look(&held, 0, DUE - 1).warn_from, Some(DUE + 300));
    let lender = latchkey_client::latchkey::state::Lender { paused_until: DUE + 90, ..fixtures::lender() };
    assert_eq!(outlook(&plain, &lender, 0, DUE - 1).unwrap().earliest_lock, Some(DUE + 90));
    let stayed = Loan { stay_from: DUE + 1, stay_until: DUE + 400, ..plain };
    let ahead = look(&stayed, 0, DUE + 2);
    assert_eq!(ahead.default_at, Some(DUE + 450));
    assert_eq!(ahead.earliest_lock, Some(first_lock(stayed, DUE)));
    assert_eq!(ahead.late_fee_at, None);
}

#[test]
fn money_in_the_wallet_moves_the_shortfall_to_the_first_date_it_cannot_pay() {
    let loan = fixtures::loan(fixtures::terms());
    let shortfall = look(&loan, 2_400, 0).shortfall.unwrap();
    assert_eq!((shortfall.instalment, shortfall.due, shortfall.amount), (3, DUE + 200, 600));
    assert_eq!(look(&loan, 10_000, 0).shortfall, None);
    assert_eq!(look(&loan, 9_999, 0).shortfall.unwrap().amount, 1);
}

#[test]
fn an_ended_loan_has_nothing_ahead_and_one_given_up_no_lock() {
    let paid = Loan { status: LoanStatus::PaidOff, ..fixtures::loan(fixtures::terms()) };
    assert_eq!(look(&paid, 0, DUE).shortfall, None);
    let given_up = Loan { status: LoanStatus::ChargedOff, ..fixtures::loan(fixtures::terms()) };
    let ahead = look(&given_up, 0, DUE);
    assert_eq!(ahead.shortfall.unwrap().amount, 1_000);
    assert_eq!((ahead.late_fee_at, ahead.default_at, ahead.earliest_lock), (None, None, None));
}

#[test]
fn the_cure_is_the_least_that_ends_the_default() {
    let loan = fixtures::loan(fixtures::terms());
    // Two instalments are unpaid, the newer within its grace.
    let now = DUE + 120;
    let least = cure(&loan, 0, now).unwrap();
    assert_eq!(least, 1_000);
    let is_in_default = |wallet| LoanAt::new(&loan, Wallet(wallet), now).is_in_default().unwrap();
    assert!(is_in_default(least - 1) && !is_in_default(least));
    assert_eq!(cure(&loan, 400, now).unwrap(), 600);
    assert_eq!(cure(&loan, 0, DUE + 49).unwrap(), 0);
    assert_eq!(cure(&loan, 0, DUE + 50).unwrap(), 1_000);
}
