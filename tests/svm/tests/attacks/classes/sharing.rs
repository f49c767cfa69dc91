//! What belongs to one loan of the same parties, used for another.

use latchkey_client::Pubkey;
use latchkey_tests_svm::LoanFixture;
use latchkey_tests_svm::checkpoint::{Other, invocation_of, keys_of};
use latchkey_tests_svm::doors::doors;

use crate::suite::Case;

fn siblings(fixture: &LoanFixture, account: &str) -> Pubkey {
    let keys = keys_of(fixture, Other::Sibling);
    match account {
        "vehicle" => keys.vehicle,
        "loan" => keys.loan,
        "escrow" => keys.escrow,
        "wallet" => keys.wallet,
        "invocation" => invocation_of(fixture, Other::Sibling),
        other => unreachable!("siblings have the same {other}"),
    }
}

pub fn cases() -> Vec<Case> {
    let swaps = doors().flat_map(|door| door.sibling.iter().map(move |swap| (door, swap)));
    swaps
        .map(|(door, &(account, expected))| {
            let name = format!("{} with the {account} of a sibling", door.label());
            Case::new(name, door.name, expected, move |checkpoints| {
                let attempt = door.attempt(checkpoints);
                let other = siblings(&attempt.fixture, account);
                attempt.swap(account, other).send()
            })
        })
        .collect()
}
