//! A required signature is missing, or another person signs in its place.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey_tests_svm::doors::{doors, find_use};
use latchkey_tests_svm::person;
use solana_sdk::signer::Signer;

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in doors() {
        for account in door.signing() {
            let name = format!("{} without the signature of its {account}", door.label());
            cases.push(Case::new(name, door.name, ErrorCode::AccountNotSigner, move |checkpoints| {
                door.attempt(checkpoints).unsigned(account).send()
            }));
        }
    }
    // Payers, funders and claimers are not among them: anyone may be one.
    for door in doors() {
        for &(account, rule) in door.signed_by {
            for who in ["stranger", "foreign authority"] {
                let name = format!("{} by the {who} as its {account}", door.label());
                cases.push(Case::new(name, door.name, rule, move |checkpoints| {
                    door.attempt(checkpoints).swap(account, person(who).pubkey()).send()
                }));
            }
        }
    }
    let by_lender = find_use("an unlock by the lender");
    cases.push(Case::new(
        "request an unlock in the lender's name",
        "request",
        E::NotParty,
        move |checkpoints| by_lender.attempt(checkpoints).swap("party", person("stranger").pubkey()).send(),
    ));
    cases
}
