use super::*;
use crate::fixtures::{loan, terms};
use crate::rules::calendar::DAY;
use crate::state::Calendar;

fn broken<T>(rule: E) -> Result<T, u32> {
    Err(u32::from(rule))
}

fn at(loan: &Loan, wallet: u64, now: i64) -> Position {
    advance(loan, Wallet(wallet), now).unwrap()
}

/// Stores a look.
fn look(loan: &mut Loan, wallet: u64, now: i64) {
    loan.ledger = at(loan, wallet, now).ledger;
}

#[test]
fn an_instalment_is_taken_from_the_second_it_is_due_and_no_more_than_it() {
    let taken = |wallet, now| at(&loan(terms()), wallet, now).taken.total();
    assert_eq!([999, 1_000, 1_001].map(|now| taken(5_000, now)), [0, 1_000, 1_000]);
    assert_eq!([999, 1_000, 1_001].map(|wallet| taken(wallet, 1_000)), [999, 1_000, 1_000]);
    assert_eq!([1_099, 1_100].map(|now| taken(5_000, now)), [1_000, 2_000]);
}

#[test]
fn money_that_comes_later_counts_from_the_last_look() {
    let mut loan = loan(Terms { apr_ppm: 1_000_000, principal: 31_536_000, ..terms() });
    look(&mut loan, 0, 1_000);
    // 1 unit a second accrues; the look took none, and 1,000 are due.
    assert_eq!((loan.ledger.interest, loan.ledger.as_of), (1_000, 1_000));
    let late = at(&loan, 1_000, 1_015);
    assert_eq!((late.ledger.interest, late.taken.interest, late.late_fees), (15, 1_000, 0));
    // The same as a look in the second of the last one.
    look(&mut loan, 1_000, 1_000);
    assert_eq!(at(&loan, 1_000, 1_015).ledger, late.ledger);
}

#[test]
fn a_clock_that_runs_back_takes_what_was_due_at_the_last_look_and_nothing_else() {
    let mut loan = loan(terms());
    look(&mut loan, 0, 1_050);
    let back = at(&loan, 5_000, 900);
    assert_eq!((back.ledger.as_of, back.taken.total(), back.ledger.fees), (1_050, 1_000, 25));
}

#[test]
fn a_late_fee_falls_once_and_to_its_second_for_an_instalment_that_is_unpaid() {
    let fees = |loan: &Loan, wallet, now| at(loan, wallet, now).ledger.fees;
    let new = loan(terms());
    assert_eq!([1_019, 1_020, 1_021].map(|now| fees(&new, 0, now)), [0, 25, 25]);
    assert_eq!([999, 1_000].map(|wallet| fees(&new, wallet, 1_020)), [25, 0]);
    let mut looked = new.clone();
    for now in [1_020, 1_020, 1_119] {
        look(&mut looked, 0, now);
        assert_eq!((looked.ledger.fees, looked.ledger.late_decided), (25, 1));
    }
    look(&mut looked, 0, 1_120);
    assert_eq!((looked.ledger.fees, looked.ledger.late_decided), (50, 2));
    // One decided is decided, though an extension lets its moment come again.
    looked.terms.deferred = 1;
    assert_eq!([1_120, 1_219, 1_220].map(|now| fees(&looked, 0, now)), [50, 50, 50]);
    assert_eq!(fees(&looked, 0, 1_320), 75);
}

#[test]
fn no_late_fee_falls_after_a_charge_off_or_inside_a_stay_and_none_later_for_it() {
    let given_up = Loan { status: LoanStatus::ChargedOff, ..loan(terms()) };
    assert_eq!(at(&given_up, 0, 1_500).ledger.fees, 0);
    let stayed = |from, until| {
        let stayed = Loan { stay_from: from, stay_until: until, ..loan(terms()) };
        at(&stayed, 0, 1_100).ledger.fees
    };
    // Its moment is 1,020: a stay that begins then holds it, one that ends then does not.
    assert_eq!([stayed(1_020, 1_021), stayed(1_000, 1_021), stayed(1_000, 1_100)], [0, 0, 0]);
    assert_eq!([stayed(1_000, 1_020), stayed(1_021, 1_100)], [25, 25]);
}

#[test]
fn fees_wait_until_the_schedule_is_paid() {
    let mut loan = loan(Terms { count: 2, principal: 2_000, ..terms() });
    look(&mut loan, 0, 1_020);
    // 1,025 would pay instalment and fee.
    let paid = at(&loan, 1_025, 1_020);
    assert_eq!((paid.ledger.fees, paid.taken), (25, Applied { principal: 1_000, ..Applied::default() }));
    assert_eq!((at(&loan, 1_999, 1_100).ledger.fees, at(&loan, 2_000, 1_100).ledger.fees), (25, 25));
    let paid = at(&loan, 2_010, 1_100);
    assert_eq!((paid.ledger.fees, paid.taken.fees, paid.past_due), (15, 10, 0));
    assert_eq!(paid.ledger.payoff().unwrap(), 15);
}

#[test]
fn at_the_last_due_date_and_not_before_all_of_the_schedule_is_due() {
    let loan = loan(Terms { count: 2, ..terms() });
    let past_due = [1_099, 1_100, 1_101].map(|now| at(&loan, 0, now).past_due);
    assert_eq!(past_due, [1_000, 10_000, 10_000]);
}

#[test]
fn no_more_is_past_due_than_is_owed() {
    let mut loan = loan(terms());
    for (owed, past_due) in [(999, 999), (1_000, 1_000), (1_001, 1_000)] {
        loan.ledger.principal = owed;
        assert_eq!(at(&loan, 0, 1_000).past_due, past_due);
    }
}

#[test]
fn the_oldest_unpaid_instalment_is_the_first_that_lacks_a_unit() {
    let oldest = |wallet| at(&loan(terms()), wallet, 1_250).oldest_unpaid_due;
    let expected = [Some(1_000), Some(1_100), Some(1_100), Some(1_200), None];
    assert_eq!([999, 1_000, 1_999, 2_000, 3_000].map(oldest), expected);
}

#[test]
fn days_past_due_are_whole_days_since_the_oldest_unpaid_due_date() {
    let late = at(&loan(terms()), 0, 1_000 + DAY);
    assert_eq!([-1, 0, 1].map(|step| late.days_past_due(1_000 + DAY + step)), [0, 1, 1]);
    assert_eq!(at(&loan(terms()), 0, 999).days_past_due(999), 0);
}

#[test]
fn what_is_taken_and_unsent_is_not_the_borrowers() {
    let ledger = Ledger { unsent: 300, ..Ledger::default() };
    assert_eq!([0, 299, 300, 301].map(|wallet| ledger.free(Wallet(wallet))), [0, 0, 0, 1]);
    let mut loan = loan(terms());
    look(&mut loan, 1_500, 1_000);
    assert_eq!((loan.ledger.unsent, loan.ledger.free(Wallet(1_500))), (1_000, 500));
    assert_eq!(at(&loan, 1_500, 1_100).taken.total(), 500);
}

#[test]
fn no_more_is_paid_than_is_owed() {
    let owing = Ledger { principal: 100, interest: 10, fees: 5, ..Ledger::default() };
    let pays = |amount| owing.clone().pay_debt(amount).map(|paid| (paid.interest, paid.principal));
    assert_eq!([10, 11, 110].map(|amount| pays(amount).unwrap()), [(10, 0), (10, 1), (10, 100)]);
    assert_eq!(pays(111).map_err(u32::from), broken(E::Overflow));
    let pays_fees = |fees| owing.clone().pay_fees(fees).map(|paid| paid.fees).map_err(u32::from);
    assert_eq!([4, 5, 6].map(pays_fees), [Ok(4), Ok(5), broken(E::Overflow)]);
}

#[test]
fn a_call_walks_32_moments_and_the_next_one_goes_on() {
    // Due every second from 1,000 on; late fees long after.
    let each_second = Terms { calendar: Calendar::seconds(1), count: 40, late_after_secs: 1_000, ..terms() };
    let mut loan = loan(each_second);
    let is_complete = |loan: &Loan, now| at(loan, 0, now).is_complete;
    assert_eq!([1_030, 1_031, 1_032].map(|now| is_complete(&loan, now)), [true, true, false]);
    let refused = Position::at(&loan, Wallet(0), 1_032).map(|_| ()).map_err(u32::from);
    assert_eq!(refused, broken(E::TooManyMoments));
    look(&mut loan, 0, 1_039);
    assert_eq!(loan.ledger.as_of, 1_031);
    assert!(is_complete(&loan, 1_039));
}

#[test]
fn a_second_that_holds_two_moments_is_walked_whole_or_not_at_all() {
    // From 1,001 on each second is a due date and a late date.
    let doubled = Terms { calendar: Calendar::seconds(1), count: 40, late_after_secs: 1, ..terms() };
    let loan = loan(doubled);
    // 1 moment at 1,000 and 2 in each second after: 31 by 1,015, 33 by 1,016.
    assert!(at(&loan, 0, 1_015).is_complete);
    let stopped = at(&loan, 0, 1_016);
    assert!(!stopped.is_complete);
    assert_eq!((stopped.ledger.as_of, stopped.ledger.late_decided), (1_015, 15));
}

#[test]
fn the_closed_form_says_what_the_walk_says_to_the_unit_and_the_second() {
    let mut loan = loan(terms());
    for now in [999, 1_000, 1_099, 1_100, 1_899, 1_900] {
        for wallet in [0, 999, 1_000, 1_001, 2_000, 10_000] {
            let walked = at(&loan, wallet, now).oldest_unpaid_due;
            assert_eq!(oldest_unpaid_due(&loan, Wallet(wallet), now).unwrap(), walked, "{wallet} at {now}");
        }
    }
    // Less is owed than the schedule says: the cap decides.
    loan.ledger.principal = 500;
    assert_eq!(oldest_unpaid_due(&loan, Wallet(499), 1_000).unwrap(), Some(1_000));
    assert_eq!(oldest_unpaid_due(&loan, Wallet(500), 1_000).unwrap(), None);
}
