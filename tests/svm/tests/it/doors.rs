//! Every instruction succeeds where its door says, and stops what its door says.

use latchkey_client::Pubkey;
use latchkey_tests_svm::checkpoint::{Checkpoints, Other, invocation_of, keys_of};
use latchkey_tests_svm::doors::{Attempt, Door, doors, gaps};
use latchkey_tests_svm::{Expected, Outcome, person};
use solana_sdk::signer::Signer;

#[test]
fn every_instruction_has_a_door() {
    assert_eq!(gaps(), [] as [String; 0]);
}

#[test]
fn every_door_opens() {
    let mut checkpoints = Checkpoints::default();
    let refused = doors().filter_map(|door| {
        let outcome = door.attempt(&mut checkpoints).send();
        (!outcome.is_done()).then(|| format!("{}: {}", door.label(), outcome.describe()))
    });
    assert_eq!(refused.collect::<Vec<_>>(), [] as [String; 0]);
}

fn other(attempt: &Attempt, account: &str, other: Other) -> Pubkey {
    let keys = keys_of(&attempt.fixture, other);
    match account {
        "lender" | "buyer" => keys.lender,
        "vehicle" => keys.vehicle,
        "loan" => keys.loan,
        "escrow" => keys.escrow,
        "wallet" => keys.wallet,
        "treasury" => keys.treasury,
        "invocation" => invocation_of(&attempt.fixture, other),
        "function" => latchkey_client::pda::function(&keys.lender, latchkey::state::Action::Lock),
        action => latchkey_client::pda::function(&keys.lender, action.parse().unwrap()),
    }
}

fn check(what: &str, door: &Door, expected: Expected, outcome: &Outcome) -> Option<String> {
    (!expected.is_met(outcome))
        .then(|| format!("{} {what}: expected {expected}, {}", door.label(), outcome.describe()))
}

#[test]
fn every_swap_is_stopped() {
    let mut checkpoints = Checkpoints::default();
    let mut wrong = Vec::new();
    for door in doors() {
        for &(account, rule) in door.signed_by {
            for who in ["stranger", "foreign authority"] {
                let outcome = door.attempt(&mut checkpoints).swap(account, person(who).pubkey()).send();
                wrong.extend(check(&format!("{account} {who}"), door, rule.into(), &outcome));
            }
        }
        for (list, kind) in [(door.foreign, Other::Foreign), (door.sibling, Other::Sibling)] {
            for &(account, expected) in list {
                let attempt = door.attempt(&mut checkpoints);
                let to = other(&attempt, account, kind);
                let outcome = attempt.swap(account, to).send();
                wrong.extend(check(&format!("{account} {kind:?}"), door, expected, &outcome));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
