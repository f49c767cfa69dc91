//! Looking late never costs the borrower, and who paid in time owes the schedule whoever looks and whenever.

use super::*;
use crate::rules::ledger::Position;
use crate::rules::loan_at::LoanAt;
use crate::state::LoanStatus;

/// Money and looks of one history, in order.
#[derive(Clone, Copy, Debug)]
enum Event {
    Money(u64),
    Look,
}

/// What the borrower owes in the end, less what is free in the wallet, and the late fees charged.
fn lived_through(mut loan: Loan, events: &[(i64, Event)], end: i64) -> (i128, u64) {
    let mut wallet = 0;
    for (now, event) in events {
        match event {
            Event::Money(amount) => wallet += amount,
            Event::Look => look_through(&mut loan, wallet, *now),
        }
    }
    look_through(&mut loan, wallet, end);
    let ledger = loan.ledger;
    let owed = i128::from(ledger.payoff().unwrap());
    (owed - i128::from(ledger.free(Wallet(wallet))), ledger.fees + ledger.fees_paid)
}

#[test]
fn looking_at_fewer_times_never_costs_the_borrower() {
    let mut random = Random(4);
    let mut gained = 0;
    for history in 0..6_000 {
        let loan = random.loan(14);
        let terms = loan.terms;
        let end = last_due(&terms) + 3 * 864_000;
        let mut events: Vec<_> =
            random.moments(&terms, 8).into_iter().map(|now| (now, Event::Look)).collect();
        for now in random.moments(&terms, 8) {
            let amount = random.amount(&terms);
            // Within a second the money may come before the look or after it.
            let place = events.partition_point(|(time, _)| *time < now + i64::from(random.once_in(2)));
            events.insert(place, (now, Event::Money(amount)));
        }
        let mut fewer = events.clone();
        fewer.retain(|(_, event)| matches!(event, Event::Money(_)) || random.once_in(2));
        let (owed, fees) = lived_through(loan.clone(), &events, end);
        let (owed_by_fewer, fees_by_fewer) = lived_through(loan, &fewer, end);
        assert!(owed_by_fewer <= owed, "history {history}: {owed_by_fewer} > {owed}: {events:?} {terms:?}");
        assert!(fees_by_fewer <= fees, "history {history}: {fees_by_fewer} > {fees}");
        gained += u32::from(owed_by_fewer < owed);
    }
    // Money that came between two looks counts from the earlier one.
    assert!(gained > 500, "{gained}");
}

/// Each payment of the schedule, counted from the terms alone.
fn schedule(terms: &Terms) -> Vec<(i64, u64)> {
    let denominator = 365 * 86_400 * 1_000_000;
    let (mut principal, mut parts, mut from) = (u128::from(terms.principal), 0, SIGNED);
    let mut payments = Vec::new();
    for k in 0..terms.count {
        let due = due_at(terms, k);
        parts += principal * u128::from(terms.apr_ppm) * (due - from) as u128;
        from = due;
        let owed = principal + parts / denominator;
        let is_last = k + 1 == terms.count;
        let payment = if is_last { owed } else { owed.min(u128::from(terms.instalment)) };
        let interest = payment.min(parts / denominator);
        parts -= interest * denominator;
        principal -= payment - interest;
        payments.push((due, u64::try_from(payment).unwrap()));
    }
    payments
}

#[test]
fn a_wallet_that_is_filled_by_each_due_date_pays_the_schedule_to_the_unit_whoever_looks_and_whenever() {
    let mut random = Random(5);
    for history in 0..6_000 {
        let mut loan = random.loan(14);
        let terms = loan.terms;
        let payments = schedule(&terms);
        let mut events: Vec<(i64, Event)> = Vec::new();
        for (due, amount) in &payments {
            let now = random.one_of(&[*due, due - 1, SIGNED + (due - SIGNED) / 2]).max(SIGNED);
            events.push((now, Event::Money(*amount)));
        }
        events.extend(random.moments(&terms, 12).into_iter().map(|now| (now, Event::Look)));
        // The sort keeps money before looks within a second. `m18` is the other order.
        events.sort_by_key(|(now, _)| *now);
        let end = last_due(&terms) + 3 * 864_000;
        events.push((end, Event::Look));

        let mut wallet = 0;
        for (now, event) in &events {
            match event {
                Event::Money(amount) => wallet += amount,
                Event::Look => {
                    let at = LoanAt::new(&loan, Wallet(wallet), *now);
                    assert_eq!(at.oldest_unpaid_due().unwrap(), None, "history {history} at {now}");
                    assert!(!at.is_in_default().unwrap());
                    look_through(&mut loan, wallet, *now);
                    let position = Position::at(&loan, Wallet(wallet), *now).unwrap();
                    assert_eq!((position.past_due, position.ledger.fees), (0, 0), "history {history}");
                }
            }
        }
        let total: u64 = payments.iter().map(|(_, amount)| amount).sum();
        let ledger = loan.ledger;
        assert_eq!((loan.status, ledger.fees_paid), (LoanStatus::PaidOff, 0), "history {history}");
        assert_eq!((ledger.principal_paid, ledger.unsent), (terms.principal, total), "history {history}");
        assert_eq!(ledger.free(Wallet(wallet)), 0, "history {history}");
    }
}
