//! The closed form that gates use before the last due date says what the walk says.

use super::*;
use crate::errors::LatchkeyError as E;
use crate::rules::ledger::{Position, oldest_unpaid_due};

/// A ledger as no history need have left it: the closed form must not lean on more than the walk does.
fn upset(random: &mut Random, loan: &mut Loan) {
    let terms = &mut loan.terms;
    if random.once_in(4) {
        terms.deferred = random.below(4) as u16;
    }
    let ledger = &mut loan.ledger;
    ledger.as_of = random.moment(terms).max(SIGNED);
    ledger.principal = random.below(terms.principal + 1);
    ledger.interest = random.amount(terms);
    ledger.interest_remainder = random.below(365 * 86_400 * 1_000_000);
    ledger.fees = random.below(3) * terms.late_fee;
    ledger.paid_scheduled = random.amount(terms) + random.below(u64::from(terms.count)) * terms.instalment;
    ledger.unsent = random.amount(terms);
    ledger.late_decided = random.below(u64::from(terms.count)) as u16;
}

#[test]
fn the_closed_form_agrees_with_the_walk() {
    let mut random = Random(6);
    let (mut unpaid, mut paid, mut beyond_one_call) = (0, 0, 0);
    for history in 0..60_000 {
        let mut loan = random.loan(60);
        match random.below(3) {
            0 => {}
            1 => upset(&mut random, &mut loan),
            _ => {
                let now = random.moment(&loan.terms);
                let wallet = random.amount(&loan.terms);
                look_through(&mut loan, wallet, now);
            }
        }
        let wallet = loan.ledger.unsent + random.amount(&loan.terms) + random.below(2);
        let now = random.moment(&loan.terms);
        let claimed = oldest_unpaid_due(&loan, Wallet(wallet), now);
        match Position::at(&loan, Wallet(wallet), now) {
            Ok(position) => {
                let walked = position.oldest_unpaid_due;
                assert_eq!(
                    claimed.unwrap(),
                    walked,
                    "history {history} at {now}, {wallet}: {:?} {:?}",
                    loan.terms,
                    loan.ledger
                );
                if walked.is_some() { unpaid += 1 } else { paid += 1 }
            }
            Err(E::TooManyMoments) => match claimed {
                Ok(claimed) => {
                    look_through(&mut loan, wallet, now);
                    let walked = Position::at(&loan, Wallet(wallet), now).unwrap().oldest_unpaid_due;
                    assert_eq!(
                        claimed, walked,
                        "history {history} at {now}, {wallet}: {:?} {:?}",
                        loan.terms, loan.ledger
                    );
                    beyond_one_call += 1;
                }
                // Where the closed form does not hold, the gate knows no more than the walk.
                Err(error) => assert!(matches!(error, E::TooManyMoments), "history {history}: {error}"),
            },
            Err(error) => panic!("history {history}: {error}"),
        }
    }
    let counts = [unpaid, paid, beyond_one_call];
    assert!(counts.iter().all(|count| *count > 2_000), "{counts:?}");
}

#[test]
fn the_closed_form_knows_a_loan_that_was_left_for_more_moments_than_a_call_walks() {
    let loan = fixtures::loan(Terms { principal: 100_000, count: 100, ..fixtures::terms() });
    let now = 1_000 + 40 * 100;
    assert!(matches!(Position::at(&loan, Wallet(0), now), Err(E::TooManyMoments)));
    let oldest = |wallet| oldest_unpaid_due(&loan, Wallet(wallet), now).unwrap();
    assert_eq!([0, 999, 1_000].map(oldest), [Some(1_000), Some(1_000), Some(1_100)]);
    assert_eq!([40_999, 41_000].map(oldest), [Some(5_000), None]);
}
