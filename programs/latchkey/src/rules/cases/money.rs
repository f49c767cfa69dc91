use super::*;
use crate::rules::ledger::Position;
use crate::rules::payments::{pay_off, prepay};
use crate::rules::schedule::due_at;

/// 2026-01-01T00:00:00Z.
const SIGNED: i64 = 1_767_225_600;

/// 12,000.00 at 18 %, twelve monthly instalments of 1,099.73 from 2026-02-01, and the last one what is left. A late fee of
/// 25.00 comes 10 days after a due date, default after 15.
fn monthly() -> Case {
    let mut case = Case::new(Terms {
        principal: 1_200_000,
        apr_ppm: 180_000,
        instalment: 109_973,
        first_due: SIGNED + 31 * DAY,
        calendar: Calendar::months(1, 1, 0),
        grace_secs: 15 * 86_400,
        late_fee: 2_500,
        ..terms()
    });
    (case.loan.opened_at, case.loan.ledger.as_of) = (SIGNED, SIGNED);
    case
}

/// What each payment of [`monthly`] is, counted outside of this program.
fn payment(k: u16) -> u64 {
    if k < 11 { 109_973 } else { 109_972 }
}

/// The sum of them.
const SCHEDULE: u64 = 1_319_675;

#[test]
fn m1_the_30th_at_utc_minus_5_becomes_the_28th_of_february() {
    // 2027-01-30 23:59:59 at UTC-5.
    let first_due = 1_801_371_599;
    let terms = Terms { calendar: Calendar::months(1, 30, -5 * 3_600), first_due, ..terms() };
    assert_eq!(due_at(&terms, 0), first_due);
    // 2027-03-01T04:59:59Z, and then the 30th of March.
    assert_eq!((due_at(&terms, 1), due_at(&terms, 2)), (1_803_877_199, 1_806_469_199));
}

#[test]
fn m2_the_last_day_of_the_month_stays_the_last_day() {
    let day_of_2025 = |month_start: i64, day: i64| 1_735_689_600 + (month_start + day - 1) * DAY;
    let last = Terms { calendar: Calendar::months(1, 31, 0), first_due: day_of_2025(31, 28), ..terms() };
    let expected = [day_of_2025(31, 28), day_of_2025(59, 31), day_of_2025(90, 30), day_of_2025(120, 31)];
    assert_eq!([0, 1, 2, 3].map(|k| due_at(&last, k)), expected);
    let from_january = Terms { first_due: day_of_2025(0, 31), ..last };
    let expected = [day_of_2025(0, 31), day_of_2025(31, 28), day_of_2025(59, 31)];
    assert_eq!([0, 1, 2].map(|k| due_at(&from_january, k)), expected);
}

#[test]
fn m7_money_on_each_due_date_and_collected_ten_days_late_costs_what_the_schedule_says() {
    let mut case = monthly();
    for k in 0..12 {
        case.wallet += payment(k);
        case.collect(due_at(&case.loan.terms, k) + 10 * DAY);
    }
    let ledger = case.loan.ledger;
    assert_eq!((case.loan.status, case.wallet, ledger.unsent), (LoanStatus::PaidOff, SCHEDULE, SCHEDULE));
    assert_eq!((ledger.interest_paid, ledger.fees_paid), (SCHEDULE - 1_200_000, 0));
}

#[test]
fn m7_the_same_with_a_mint_of_six_decimals() {
    let mut case = monthly();
    let terms = &mut case.loan.terms;
    (terms.principal, terms.instalment) = (12_000_000_000, 1_099_729_531);
    case.loan.ledger.principal = terms.principal;
    for k in 0..12 {
        case.wallet += if k < 11 { 1_099_729_531 } else { 1_099_729_528 };
        case.collect(due_at(&case.loan.terms, k) + 10 * DAY);
    }
    assert_eq!((case.loan.status, case.loan.ledger.unsent), (LoanStatus::PaidOff, 13_196_754_369));
}

#[test]
fn m8_a_treasury_closed_before_the_last_due_date_makes_nobody_late() {
    let mut case = monthly();
    for k in 0..11 {
        case.wallet += payment(k);
        case.collect(due_at(&case.loan.terms, k));
        // While the treasury is open, what was taken is sent to it.
        case.wallet -= core::mem::take(&mut case.loan.ledger.unsent);
    }
    let last = due_at(&case.loan.terms, 11);
    case.wallet += payment(11);
    for now in [last, last + 10 * DAY, last + 16 * DAY, last + 300 * DAY] {
        let position = Position::at(&case.loan, Wallet(case.wallet), now).unwrap();
        assert_eq!((position.past_due, position.late_fees), (0, 0));
        // To declare a default stores a look first: on a copy, as a failed transaction changes nothing.
        let refused = case.copy().declare_default(now);
        assert_eq!(refused, broken(E::NotActive));
        assert_eq!(case.lock_granted(now), broken(E::NotDefaulted));
    }
    case.collect(last + 300 * DAY);
    let ledger = case.loan.ledger;
    assert_eq!((case.loan.status, ledger.unsent), (LoanStatus::PaidOff, payment(11)));
    assert_eq!((ledger.interest_paid, ledger.fees_paid), (SCHEDULE - 1_200_000, 0));
}

#[test]
fn m9_an_unpaid_late_fee_is_no_default() {
    let mut case = monthly();
    case.loan.terms.late_after_secs = 60;
    let due = due_at(&case.loan.terms, 0);
    case.collect(due + 60);
    case.wallet += 109_973;
    case.collect(due + HOUR);
    assert_eq!((case.loan.ledger.fees, case.loan.ledger.paid_scheduled), (2_500, 109_973));
    for now in [due + HOUR, due + 15 * DAY, due_at(&case.loan.terms, 1) - 1] {
        assert_eq!(case.at(now).oldest_unpaid_due().map_err(u32::from), Ok(None));
        assert_eq!(case.copy().declare_default(now), broken(E::NotPastDue));
    }
    // The second instalment in time: no second fee, and the first stays until the end.
    case.wallet += 109_973;
    case.collect(due_at(&case.loan.terms, 1) + HOUR);
    assert_eq!((case.loan.ledger.fees, case.loan.ledger.paid_scheduled), (2_500, 219_946));
}

#[test]
fn m12_a_payoff_in_the_second_of_a_prepayment_counts_interest_once() {
    let mut case = monthly();
    case.wallet = 2_000_000;
    let now = SIGNED + 20 * DAY;
    // 12,000.00 at 18 % for 20 days of 365 are 118.35.
    let interest = 11_835;
    let first = prepay(&mut case.loan, Wallet(case.wallet), 500_000, 0, now).unwrap().applied;
    assert_eq!((first.interest, first.principal), (interest, 500_000 - interest));
    let payoff = pay_off(&mut case.loan, Wallet(case.wallet), true, now).unwrap();
    let rest = payoff.payment.applied;
    assert_eq!((rest.interest, rest.principal), (0, 700_000 + interest));
    assert_eq!((payoff.brought, case.loan.status), (0, LoanStatus::PaidOff));
    assert_eq!(case.loan.ledger.unsent, 1_200_000 + interest);
    assert_eq!(case.loan.ledger.free(Wallet(case.wallet)), 800_000 - interest);
}

/// Due on day 30, its fee on day 35.
fn due_on_day_30() -> Case {
    let rate = Terms { apr_ppm: 180_000, principal: 12_000_000, instalment: 1_100_000, ..terms() };
    Case::new(Terms { late_after_secs: 5 * 86_400, ..rate })
}

#[test]
fn m16_money_that_came_after_a_look_counts_from_that_look() {
    let lived = |looks: &[i64]| {
        let mut case = due_on_day_30();
        case.collect(30 * DAY);
        case.wallet = 1_100_000;
        for day in looks {
            case.collect(day * DAY);
        }
        case.loan.ledger
    };
    let (late, prompt) = (lived(&[36]), lived(&[31, 36]));
    assert_eq!((late.fees, late.paid_scheduled), (0, 1_100_000));
    assert_eq!((late.interest_paid, prompt.interest_paid), (177_534, 177_534));
    assert!(late.payoff().unwrap() <= prompt.payoff().unwrap());
    // As if it had been paid on day 30, where the look was: 11,077,534 for six days.
    assert_eq!((late.principal, late.interest), (11_077_534, 32_777));
}

#[test]
fn m17_an_open_fee_takes_nothing_of_the_next_instalment() {
    let mut case = Case::new(terms());
    case.collect(40 * DAY);
    case.wallet += 1_000;
    case.collect(40 * DAY + 1);
    assert_eq!((case.loan.ledger.fees, case.loan.ledger.paid_scheduled), (25, 1_000));
    case.wallet += 1_000;
    case.collect(58 * DAY);
    assert_eq!((case.loan.ledger.fees, case.loan.ledger.paid_scheduled), (25, 1_000));
    for now in [60 * DAY, 70 * DAY, 89 * DAY] {
        assert_eq!(case.copy().declare_default(now), broken(E::NotPastDue));
        case.collect(now);
        assert_eq!((case.loan.ledger.fees, case.loan.ledger.paid_scheduled), (25, 2_000));
    }
}

#[test]
fn m18_money_in_the_very_second_of_the_due_date_is_on_time_though_a_look_came_first() {
    let mut case = due_on_day_30();
    case.collect(30 * DAY);
    case.wallet = 1_100_000;
    assert_eq!(case.at(30 * DAY).oldest_unpaid_due().map_err(u32::from), Ok(None));
    case.collect(50 * DAY);
    let ledger = case.loan.ledger;
    assert_eq!((ledger.fees, ledger.paid_scheduled), (0, 1_100_000));
    // Interest of the 20 days since is on what was left on the due date.
    assert_eq!((ledger.principal, ledger.interest), (11_077_534, 109_258));
}

#[test]
fn m19_a_strangers_payoff_takes_only_what_is_due_from_the_wallet() {
    for (now, due) in [(30 * DAY - 1, 0), (30 * DAY, 1_000)] {
        let mut case = Case::new(terms());
        case.wallet = 12_000;
        let payoff = pay_off(&mut case.loan, Wallet(case.wallet), false, now).unwrap();
        assert_eq!((payoff.brought, case.loan.status), (12_000 - due, LoanStatus::PaidOff));
        // With what was brought, the wallet keeps for the borrower what was not due.
        assert_eq!(case.loan.ledger.free(Wallet(case.wallet + payoff.brought)), 12_000 - due);
    }
    let mut own = Case::new(terms());
    own.wallet = 12_000;
    let payoff = pay_off(&mut own.loan, Wallet(own.wallet), true, 30 * DAY).unwrap();
    assert_eq!((payoff.brought, own.loan.ledger.free(Wallet(own.wallet))), (0, 0));
}

#[test]
fn m20_a_payoff_needs_no_treasury_and_its_money_waits_for_the_lender() {
    let mut case = Case::new(terms());
    case.wallet = 12_500;
    pay_off(&mut case.loan, Wallet(case.wallet), true, 10 * DAY).unwrap();
    assert_eq!((case.loan.status, case.loan.ledger.unsent), (LoanStatus::PaidOff, 12_000));
    // Neither looks nor the borrower touch it.
    case.collect(400 * DAY);
    let surplus = servicing::withdraw_surplus(&mut case.loan, Wallet(case.wallet), 501, 400 * DAY);
    assert_eq!(code(surplus), broken(E::NotSurplus));
    assert_eq!((case.loan.ledger.unsent, case.loan.ledger.free(Wallet(case.wallet))), (12_000, 500));
}
