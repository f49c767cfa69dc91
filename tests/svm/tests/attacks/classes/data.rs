//! The thief's own lender, car, loan or escrow in the place of one that belongs.

use latchkey::state::Action;
use latchkey_client::{Pubkey, pda};
use latchkey_tests_svm::LoanFixture;
use latchkey_tests_svm::checkpoint::{Other, invocation_of, keys_of};
use latchkey_tests_svm::doors::doors;

use crate::suite::Case;

/// What belongs to the thief and is put in an account's place.
fn foreign(fixture: &LoanFixture, account: &str) -> Pubkey {
    let keys = keys_of(fixture, Other::Foreign);
    match account {
        "lender" | "buyer" => keys.lender,
        "vehicle" => keys.vehicle,
        "loan" => keys.loan,
        "escrow" => keys.escrow,
        "treasury" => keys.treasury,
        "wallet" => keys.wallet,
        "invocation" => invocation_of(fixture, Other::Foreign),
        "function" => pda::function(&keys.lender, Action::Lock),
        other => match other.parse() {
            Ok(action) => pda::function(&keys.lender, action),
            Err(_) => unreachable!("the thief has no {other}"),
        },
    }
}

pub fn cases() -> Vec<Case> {
    let swaps = doors().flat_map(|door| door.foreign.iter().map(move |swap| (door, swap)));
    swaps
        .map(|(door, &(account, expected))| {
            let name = format!("{} with the thief's own {account}", door.label());
            Case::new(name, door.name, expected, move |checkpoints| {
                let attempt = door.attempt(checkpoints);
                let account_of_the_thief = foreign(&attempt.fixture, account);
                attempt.swap(account, account_of_the_thief).send()
            })
        })
        .collect()
}
