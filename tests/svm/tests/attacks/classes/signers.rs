//! Somebody who must sign does not, or somebody else signs in their place.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey_tests_svm::person;
use solana_sdk::signer::Signer;

use crate::door::{DOORS, find};
use crate::suite::Case;

/// Who signs each instruction for what is theirs, and what is said to anybody else. Payers, funders and claimers are
/// missing: anybody may be one.
const ROLES: &[(&str, &str, E)] = &[
    ("set_policy", "authority", E::NotAuthority),
    ("nominate_authority", "authority", E::NotAuthority),
    ("accept_authority", "nominee", E::NotNominee),
    ("set_servicer", "authority", E::NotAuthority),
    ("set_keepers", "authority", E::NotAuthority),
    ("set_function", "authority", E::NotAuthority),
    ("pause", "lender_signer", E::NotServicing),
    ("unpause", "lender_signer", E::NotServicing),
    ("register_vehicle", "lender_signer", E::NotServicing),
    ("rotate_device_key", "lender_signer", E::NotServicing),
    ("rotate_device_key", "borrower", E::NotBorrower),
    ("retire_vehicle", "lender_signer", E::NotServicing),
    ("originate", "lender_signer", E::NotServicing),
    ("withdraw_escrow", "authority", E::NotAuthority),
    ("prepay", "borrower", E::NotBorrower),
    ("pay_off", "borrower", E::NotBorrower),
    ("withdraw_surplus", "borrower", E::NotBorrower),
    ("serve_notice", "lender_signer", E::NotServicing),
    ("place_hold", "lender_signer", E::NotServicing),
    ("lift_hold", "lender_signer", E::NotServicing),
    ("lift_hold", "borrower", E::NotBorrower),
    ("extend", "lender_signer", E::NotServicing),
    ("extend", "borrower", E::NotBorrower),
    ("waive_fees", "lender_signer", E::NotServicing),
    ("emergency_start", "borrower", E::NotBorrower),
    ("charge_off", "lender_signer", E::NotServicing),
    ("yield_claim", "keeper", E::NotClaimer),
    ("close_loan", "party", E::NotParty),
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in DOORS {
        for account in door.signing() {
            let name = format!("{} without the signature of its {account}", door.label());
            cases.push(Case::new(name, door.name, ErrorCode::AccountNotSigner, move |checkpoints| {
                door.attempt(checkpoints).unsigned(account).send()
            }));
        }
    }
    for &(name, account, rule) in ROLES {
        for who in ["stranger", "foreign authority"] {
            let case = format!("{name} by the {who} as its {account}");
            cases.push(Case::new(case, name, rule, move |checkpoints| {
                find(name).attempt(checkpoints).swap(account, person(who).pubkey()).send()
            }));
        }
    }
    let by_lender = DOORS.iter().find(|door| door.of == "an unlock by the lender").expect("there is one");
    cases.push(Case::new(
        "request an unlock in the lender's name",
        "request",
        E::NotServicing,
        |checkpoints| {
            by_lender.attempt(checkpoints).swap("lender_signer", person("stranger").pubkey()).send()
        },
    ));
    cases
}
