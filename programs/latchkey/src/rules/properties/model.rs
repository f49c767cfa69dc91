//! The walk once more, as slow and as plain as it can be written, in other numbers and without a limit on moments.

use super::*;
use crate::errors::LatchkeyError as E;
use crate::rules::ledger::Position;
use crate::state::LoanStatus;

const YEAR_TIMES_PPM: i128 = 365 * 86_400 * 1_000_000;

/// What a walk comes to.
#[derive(Debug, PartialEq, Eq)]
struct Sums {
    principal: i128,
    /// Interest in parts of a unit that are carried.
    interest_parts: i128,
    fees: i128,
    taken: i128,
    paid_scheduled: i128,
    late_decided: u16,
    past_due: i128,
    oldest_unpaid_due: Option<i64>,
}

fn walked_plainly(loan: &Loan, wallet: u64, now: i64) -> Sums {
    let (terms, ledger) = (&loan.terms, &loan.ledger);
    let (instalment, apr) = (i128::from(terms.instalment), i128::from(terms.apr_ppm));
    let mut sums = Sums {
        principal: ledger.principal.into(),
        interest_parts: i128::from(ledger.interest) * YEAR_TIMES_PPM + i128::from(ledger.interest_remainder),
        fees: ledger.fees.into(),
        taken: 0,
        paid_scheduled: ledger.paid_scheduled.into(),
        late_decided: ledger.late_decided,
        past_due: 0,
        oldest_unpaid_due: None,
    };
    let free = i128::from(wallet) - i128::from(ledger.unsent);
    let is_due = |k: &u16, time: i64| due_at(terms, *k) <= time;
    let past_due = |sums: &Sums, time: i64| {
        let due = (0..terms.count).filter(|k| is_due(k, time)).count() as i128;
        let owed = sums.principal + sums.interest_parts / YEAR_TIMES_PPM;
        if due == i128::from(terms.count) {
            return owed;
        }
        (instalment * due - sums.paid_scheduled).clamp(0, owed)
    };
    let take = |sums: &mut Sums, time: i64| {
        let amount = past_due(sums, time).min(free - sums.taken).max(0);
        let interest = amount.min(sums.interest_parts / YEAR_TIMES_PPM);
        sums.interest_parts -= interest * YEAR_TIMES_PPM;
        sums.principal -= amount - interest;
        sums.paid_scheduled += amount;
        sums.taken += amount;
        if sums.principal == 0 && sums.interest_parts < YEAR_TIMES_PPM {
            let fees = sums.fees.min(free - sums.taken).max(0);
            sums.fees -= fees;
            sums.taken += fees;
        }
    };

    let mut moments: Vec<(i64, Option<u16>)> = Vec::new();
    for k in 0..terms.count {
        moments.push((due_at(terms, k), None));
        moments.push((due_at(terms, k) + i64::from(terms.late_after_secs), Some(k)));
    }
    moments.retain(|(time, _)| ledger.as_of < *time && *time <= now);
    // `None` comes before `Some`: within a second due dates come first.
    moments.sort_unstable();

    let mut time = ledger.as_of;
    take(&mut sums, time);
    for (moment, late) in moments {
        sums.interest_parts += sums.principal * apr * i128::from(moment - time);
        time = moment;
        take(&mut sums, time);
        let Some(k) = late.filter(|k| *k >= sums.late_decided) else {
            continue;
        };
        sums.late_decided = k + 1;
        let is_owed = sums.principal > 0 || sums.interest_parts >= YEAR_TIMES_PPM;
        let is_last = k + 1 == terms.count;
        let is_unpaid = is_owed && (is_last || sums.paid_scheduled < instalment * i128::from(k + 1));
        let is_stayed = loan.stay_from <= moment && moment < loan.stay_until;
        if is_unpaid && !is_stayed && loan.status != LoanStatus::ChargedOff {
            sums.fees += i128::from(terms.late_fee);
        }
    }
    if now > time {
        sums.interest_parts += sums.principal * apr * i128::from(now - time);
        time = now;
        take(&mut sums, time);
    }
    sums.past_due = past_due(&sums, time);
    if sums.past_due > 0 {
        let mut k = 0;
        while k + 1 < terms.count && sums.paid_scheduled >= instalment * i128::from(k + 1) {
            k += 1;
        }
        sums.oldest_unpaid_due = Some(due_at(terms, k));
    }
    sums
}

fn walked_by_the_rules(loan: &Loan, wallet: u64, now: i64) -> (Sums, u32) {
    let mut walked = loan.clone();
    let mut calls = 1;
    collect(&mut walked, Wallet(wallet), now).unwrap();
    while walked.ledger.as_of < now {
        collect(&mut walked, Wallet(wallet), now).unwrap();
        calls += 1;
    }
    let position = Position::at(&walked, Wallet(wallet), now).unwrap();
    let (before, after) = (&loan.ledger, &position.ledger);
    let sums = Sums {
        principal: after.principal.into(),
        interest_parts: i128::from(after.interest) * YEAR_TIMES_PPM + i128::from(after.interest_remainder),
        fees: after.fees.into(),
        taken: i128::from(after.unsent) - i128::from(before.unsent),
        paid_scheduled: after.paid_scheduled.into(),
        late_decided: after.late_decided,
        past_due: position.past_due.into(),
        oldest_unpaid_due: position.oldest_unpaid_due,
    };
    (sums, calls)
}

#[test]
fn the_walk_comes_to_what_a_plain_walk_comes_to_also_through_33_and_more_moments_in_parts() {
    let mut random = Random(1);
    let (mut at_once, mut in_parts) = (0, 0);
    for history in 0..6_000 {
        let mut loan = random.loan(70);
        if random.once_in(4) {
            loan.status = LoanStatus::ChargedOff;
        }
        if random.once_in(4) {
            loan.stay_from = random.moment(&loan.terms);
            loan.stay_until = random.moment(&loan.terms);
        }
        let mut wallet = 0;
        for now in random.moments(&loan.terms.clone(), 3) {
            wallet += random.amount(&loan.terms);
            let (sums, calls) = walked_by_the_rules(&loan, wallet, now);
            assert_eq!(
                sums,
                walked_plainly(&loan, wallet, now),
                "history {history} at {now}: {:?} {:?}",
                loan.terms,
                loan.ledger
            );
            if calls == 1 {
                at_once += 1
            } else {
                in_parts += 1
            }
            look_through(&mut loan, wallet, now);
        }
    }
    assert!(at_once > 2_000 && in_parts > 2_000, "{at_once} at once, {in_parts} in parts");
}

#[test]
fn a_late_date_that_is_decided_is_no_moment_again_wherever_it_moves() {
    let terms = Terms { count: 60, ..fixtures::terms() };
    let longer = |loan: &mut Loan| loan.terms.late_after_secs += 1_500;
    let deferred = |loan: &mut Loan| loan.terms.deferred += 1;
    // 16 instalments are due and late at 2,520. Of those to come, the first is late at 4,120, or at 2,720.
    for (moves, last) in [(longer as fn(&mut Loan), 4_900), (deferred, 4_200)] {
        let mut loan = fixtures::loan(terms);
        look_through(&mut loan, 0, 2_520);
        assert_eq!(loan.ledger.late_decided, 16);
        moves(&mut loan);
        let walked = |now| Position::at(&loan, Wallet(0), now).map(|_| ()).map_err(u32::from);
        assert_eq!(walked(last), Ok(()));
        assert_eq!(walked(last + 100), Err(u32::from(E::TooManyMoments)));
    }
}

#[test]
fn the_second_at_which_a_call_stops_is_walked_whole() {
    // Late fees fall in the second of the next due date: of 33 moments the last two are one second.
    let terms = Terms { count: 40, late_after_secs: 100, ..fixtures::terms() };
    let mut loan = fixtures::loan(terms);
    let now = 1_000 + 16 * 100;
    let in_one_walk = walked_plainly(&loan, 0, now);
    assert_eq!(in_one_walk.fees, 16 * 25);
    look_through(&mut loan, 0, now);
    assert_eq!((loan.ledger.fees, loan.ledger.late_decided), (16 * 25, 16));
}
