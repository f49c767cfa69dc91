//! Splitting an interval or a payment changes no total by a unit.

use super::*;
use crate::rules::ledger::Position;
use crate::rules::payments::prepay;
use crate::state::Ledger;

/// The ledger but for what was sent to the lender.
fn sums(ledger: Ledger) -> Ledger {
    Ledger { unsent: 0, ..ledger }
}

#[test]
fn looks_in_between_change_nothing_if_no_money_came_in_between() {
    let mut random = Random(2);
    for history in 0..6_000 {
        let mut whole = random.loan(40);
        let terms = whole.terms;
        let mut split = whole.clone();
        let (mut whole_wallet, mut split_wallet) = (0, 0);
        let mut ends = random.moments(&terms, 4);
        ends.push(last_due(&terms) + 5 * 864_000);
        for end in ends {
            let amount = random.amount(&terms);
            (whole_wallet, split_wallet) = (whole_wallet + amount, split_wallet + amount);
            // Money counts from the last look, so that the looks must come after it.
            for now in random.moments(&terms, 6) {
                if (split.ledger.as_of..=end).contains(&now) {
                    look_through(&mut split, split_wallet, now);
                    if random.once_in(2) {
                        split_wallet -= core::mem::take(&mut split.ledger.unsent);
                    }
                }
            }
            look_through(&mut whole, whole_wallet, end);
            look_through(&mut split, split_wallet, end);
            assert_eq!(sums(split.ledger), sums(whole.ledger), "history {history} at {end}: {terms:?}");
            let sent = whole_wallet - split_wallet;
            assert_eq!(split.ledger.unsent + sent, whole.ledger.unsent, "history {history}");
            assert_eq!(split.status, whole.status, "history {history}");
        }
    }
}

#[test]
fn a_payment_in_parts_is_the_whole_payment() {
    let mut random = Random(3);
    let mut paid = 0;
    for history in 0..4_000 {
        let mut loan = random.loan(14);
        let now = random.moment(&loan.terms).max(SIGNED);
        let wallet = 3 * loan.terms.principal;
        look_through(&mut loan, 0, now);
        let after_look = Position::at(&loan, Wallet(wallet), now).unwrap();
        let owed = after_look.ledger.owed_on_schedule().unwrap();
        if owed < 2 {
            continue;
        }
        let amount = 2 + random.below(owed - 1);
        let part = 1 + random.below(amount - 1);
        let fees = random.below(after_look.ledger.fees + 1);

        let mut whole = loan.clone();
        prepay(&mut whole, Wallet(wallet), amount, fees, now).unwrap();
        let mut parts = loan.clone();
        prepay(&mut parts, Wallet(wallet), part, fees, now).unwrap();
        prepay(&mut parts, Wallet(wallet), amount - part, 0, now).unwrap();
        assert_eq!((parts.ledger, parts.status), (whole.ledger, whole.status), "history {history}");
        paid += 1;
    }
    assert!(paid > 1_000, "{paid}");
}
