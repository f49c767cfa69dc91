//! Lamports or tokens sent ahead to an address that is about to be created, so that creating it fails.

use crate::door::{DOORS, find};
use crate::stage::{Stage, Stages};
use crate::suite::{Case, Expected};

use latchkey::state::Action;
use latchkey_tests_svm::Outcome;

/// Lamports, sent ahead.
fn prefunded(stages: &mut Stages, name: &'static str, account: &str, lamports: u64) -> Outcome {
    let door = match name {
        "request" => DOORS.iter().find(|door| door.of == "a lock").expect("there is one"),
        _ => find(name),
    };
    let mut attempt = door.attempt(stages);
    let address = attempt.account(account);
    attempt.scene.world.airdrop(&address, lamports);
    attempt.send()
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, account) in [
        ("init_lender", "lender"),
        ("register_vehicle", "vehicle"),
        ("originate", "loan"),
        ("originate", "escrow"),
        ("originate", "wallet"),
        ("request", "invocation"),
    ] {
        for (how_much, lamports) in [("an empty account's rent", 890_880), ("more than its rent", 50_000_000)]
        {
            let case = format!("{how_much} sent ahead to the {account} of {name}");
            cases.push(Case::new(case, name, Expected::Harmless, move |stages| {
                prefunded(stages, name, account, lamports)
            }));
        }
    }
    cases.push(Case::new(
        "a car wallet opened ahead by a stranger",
        "originate",
        Expected::Harmless,
        |stages| {
            let mut attempt = find("originate").attempt(stages);
            let loan = attempt.account("loan");
            attempt.scene.money.clone().open(&mut attempt.scene.world, &loan, 5);
            attempt.send()
        },
    ));
    cases.push(Case::new(
        "a function's address funded ahead",
        "set_function",
        Expected::Harmless,
        |stages| {
            let mut scene = stages.at(Stage::Bare);
            let args = latchkey::instructions::InitLenderArgs {
                servicer: solana_sdk::signer::Signer::pubkey(&scene.servicer),
                floors: latchkey_tests_svm::floors(),
                keepers: Vec::new(),
            };
            scene.init_lender(args).holds();
            let address = latchkey_client::pda::function(&scene.lender, Action::Lock);
            scene.world.airdrop(&address, 890_880);
            let offer = scene.offer(Action::Lock);
            scene.set_function(Action::Lock, offer)
        },
    ));
    cases
}
