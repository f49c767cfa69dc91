//! One account of the program in the place of another kind.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey_tests_svm::Expected;
use latchkey_tests_svm::checkpoint::{Other, keys_of};
use latchkey_tests_svm::doors::doors;
use latchkey_tests_svm::interface::is_ours;

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in doors() {
        for account in door.accounts() {
            if !is_ours(account) || door.creates.contains(&account) {
                continue;
            }
            // The thief's own lender, or where a lender belongs, its own loan.
            let disguise = if ["lender", "buyer"].contains(&account) { "loan" } else { "lender" };
            let name = format!("{} with a {disguise} as its {account}", door.label());
            // A loan that may be a stub is read by its address, which something else names.
            let expected: Expected = match (door.name, account) {
                ("close_loan" | "withdraw_surplus", "loan") => E::WrongLoan.into(),
                _ => ErrorCode::AccountDiscriminatorMismatch.into(),
            };
            cases.push(Case::new(name, door.name, expected, move |checkpoints| {
                let attempt = door.attempt(checkpoints);
                let foreign = keys_of(&attempt.fixture, Other::Foreign);
                attempt.swap(account, if disguise == "loan" { foreign.loan } else { foreign.lender }).send()
            }));
        }
    }
    cases
}
