//! The largest loans and the oddest times: an answer or a refusal, never a panic.

use super::*;
use crate::rules::ledger::{Position, oldest_unpaid_due};
use crate::rules::loan_at::LoanAt;
use crate::rules::payments::{pay_off, prepay};
use crate::rules::schedule::instalments_due;
use crate::rules::terms::{MAX_APR_PPM, MAX_CHARGED, MAX_TERM_SECS, check_terms};

/// Terms at the edges of what may be signed.
fn edges(random: &mut Random) -> Terms {
    let calendar = random.one_of(&[
        Calendar::seconds(1),
        Calendar::seconds(366 * 86_400),
        Calendar::months(1, 1, 14 * 3_600),
        Calendar::months(12, 31, -14 * 3_600),
        Calendar::twice_a_month(1, 2, 14 * 3_600),
        Calendar::twice_a_month(27, 31, -14 * 3_600),
    ]);
    let first = random.one_of(&[SIGNED + 1, SIGNED + 86_400 * 30, SIGNED + MAX_TERM_SECS]);
    // The calendar's next day where the borrower lives.
    let on_a_day = |time: &i64| crate::rules::schedule::falls_on_a_day(&calendar, *time);
    let first_due = (0..366).map(|day| first + day * 86_400).find(on_a_day).unwrap();
    let count = random.one_of(&[1, 2, 50, 600, 1_200, u16::MAX]);
    let late_fee = random.one_of(&[0, 1, MAX_CHARGED / 70_000]);
    Terms {
        principal: random.one_of(&[1, MAX_CHARGED - late_fee * u64::from(count)]),
        apr_ppm: random.one_of(&[0, 1, MAX_APR_PPM]),
        instalment: random.one_of(&[1, MAX_CHARGED, u64::MAX]),
        count,
        first_due,
        calendar,
        grace_secs: random.one_of(&[1, u32::MAX]),
        late_fee,
        late_after_secs: random.one_of(&[1, u32::MAX]),
        warn_after_secs: random.one_of(&[1, u32::MAX]),
        ..fixtures::terms()
    }
}

#[test]
fn every_loan_that_may_be_signed_can_be_counted_and_paid_long_after_its_end() {
    let mut random = Random(7);
    let mut signed_loans = 0;
    for _ in 0..2_000 {
        let terms = edges(&mut random);
        if check_terms(&terms, &fixtures::floors(), SIGNED).is_err() {
            continue;
        }
        signed_loans += 1;
        let mut loan = signed(terms);
        let end = last_due(&terms);
        for now in [SIGNED, terms.first_due, end - 1, end, end + 366 * 86_400] {
            collect(&mut loan, Wallet(random.one_of(&[0, 1, u64::MAX])), now).unwrap();
            let looked_until = loan.ledger.as_of;
            let at = LoanAt::new(&loan, Wallet(0), looked_until);
            at.is_in_default().unwrap();
        }
        // What is counted can be paid, once the borrower has the money.
        let now = loan.ledger.as_of;
        if loan.status.is_open() {
            let wallet = Wallet(loan.ledger.unsent);
            pay_off(&mut loan, wallet, false, now).unwrap();
        }
        assert_eq!(loan.ledger.payoff().unwrap(), 0);
    }
    assert!(signed_loans > 500, "{signed_loans}");
}

#[test]
fn no_ledger_and_no_time_makes_the_rules_panic() {
    let mut random = Random(8);
    let extreme = |random: &mut Random| match random.below(4) {
        0 => 0,
        1 => u64::MAX,
        2 => u64::MAX / 2,
        _ => random.next(),
    };
    for _ in 0..20_000 {
        let mut loan = signed(edges(&mut random));
        let ledger = &mut loan.ledger;
        ledger.principal = extreme(&mut random);
        ledger.interest = extreme(&mut random);
        ledger.interest_remainder = random.below(365 * 86_400 * 1_000_000);
        ledger.fees = extreme(&mut random);
        ledger.paid_scheduled = extreme(&mut random);
        ledger.unsent = extreme(&mut random);
        ledger.late_decided = extreme(&mut random) as u16;
        ledger.principal_paid = extreme(&mut random);
        loan.terms.deferred = extreme(&mut random) as u16;
        loan.stay_until = extreme(&mut random) as i64;
        let times = [i64::MIN, -1, 0, SIGNED, loan.terms.first_due, last_due(&loan.terms), i64::MAX];
        loan.ledger.as_of = random.one_of(&times);
        let (now, wallet) = (random.one_of(&times), Wallet(extreme(&mut random)));
        // An answer or a refusal; either will do.
        let _ = Position::at(&loan, wallet, now);
        let _ = oldest_unpaid_due(&loan, wallet, now);
        let _ = LoanAt::new(&loan, wallet, now).is_in_default();
        let _ = collect(&mut loan.clone(), wallet, now);
        let (amount, fees) = (extreme(&mut random), extreme(&mut random));
        let _ = prepay(&mut loan.clone(), wallet, amount, fees, now);
        let _ = pay_off(&mut loan, wallet, random.once_in(2), now);
    }
}

#[test]
fn no_instalment_is_due_before_time_and_all_are_at_its_end() {
    let mut random = Random(9);
    for _ in 0..2_000 {
        let terms = edges(&mut random);
        assert_eq!(instalments_due(&terms, i64::MIN), 0);
        assert_eq!(instalments_due(&terms, terms.first_due - 1), 0);
        assert_eq!(instalments_due(&terms, i64::MAX), terms.count);
    }
}
