//! Lamports or tokens sent ahead to an address that is about to be created, so that creating it fails.

use latchkey::state::Action;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::{find, find_use};
use latchkey_tests_svm::{Expected, Outcome};

use crate::suite::Case;

/// Lamports, sent ahead.
fn prefunded(checkpoints: &mut Checkpoints, name: &'static str, account: &str, lamports: u64) -> Outcome {
    let door = match name {
        "request" => find_use("a lock"),
        _ => find(name),
    };
    let mut attempt = door.attempt(checkpoints);
    let address = attempt.account(account);
    attempt.fixture.chain.airdrop(&address, lamports);
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
            cases.push(Case::new(case, name, Expected::Harmless, move |checkpoints| {
                prefunded(checkpoints, name, account, lamports)
            }));
        }
    }
    cases.push(Case::new(
        "a car wallet opened ahead by a stranger",
        "originate",
        Expected::Harmless,
        |checkpoints| {
            let mut attempt = find("originate").attempt(checkpoints);
            let loan = attempt.account("loan");
            attempt.fixture.money.clone().open(&mut attempt.fixture.chain, &loan, 5);
            attempt.send()
        },
    ));
    cases.push(Case::new(
        "a function's address funded ahead",
        "set_function",
        Expected::Harmless,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Bare);
            let args = fixture.lender_args();
            fixture.init_lender(args).holds();
            let address = latchkey_client::pda::function(&fixture.lender, Action::Lock);
            fixture.chain.airdrop(&address, 890_880);
            let offer = fixture.offer(Action::Lock);
            fixture.set_function(Action::Lock, offer)
        },
    ));
    cases
}
