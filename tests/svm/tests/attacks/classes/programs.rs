//! Another program in the place of the system or a token program, and the contract called from a program.

use anchor_lang::error::ErrorCode;
use anchor_spl::{associated_token, token, token_2022};
use latchkey::errors::LatchkeyError as E;
use latchkey_tests_svm::doors::{doors, find, find_use, send};
use latchkey_tests_svm::{Expected, through_another_program};

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in doors() {
        for account in door.accounts().into_iter().filter(|account| account.ends_with("_program")) {
            let name = format!("{} with another program as its {account}", door.label());
            cases.push(Case::new(name, door.name, ErrorCode::InvalidProgramId, move |checkpoints| {
                let other =
                    if account == "associated_token_program" { token::ID } else { associated_token::ID };
                door.attempt(checkpoints).swap(account, other).send()
            }));
            let name = format!("{} with the contract itself as its {account}", door.label());
            cases.push(Case::new(name, door.name, ErrorCode::InvalidProgramId, move |checkpoints| {
                door.attempt(checkpoints).swap(account, latchkey::ID).send()
            }));
        }
    }
    // A payoff out of the wallet moves nothing; a stranger's brings tokens.
    for (name, expected) in [
        ("collect", ErrorCode::ConstraintAssociatedTokenTokenProgram),
        ("another's loan", ErrorCode::ConstraintAssociatedTokenTokenProgram),
        ("withdraw_surplus", ErrorCode::ConstraintAssociatedTokenTokenProgram),
        ("close_loan", ErrorCode::ConstraintAssociatedTokenTokenProgram),
    ] {
        let door = if name == "another's loan" { find_use(name) } else { find(name) };
        let case = format!("{} through the other token program", door.label());
        cases.push(Case::new(case, door.name, expected, move |checkpoints| {
            door.attempt(checkpoints).swap("token_program", token_2022::ID).send()
        }));
    }
    cases.push(Case::new(
        "originate through the other token program",
        "originate",
        // The wallet is opened by the token program that was named, which is not there.
        Expected::MissingAccount,
        |checkpoints| find("originate").attempt(checkpoints).swap("token_program", token_2022::ID).send(),
    ));
    for name in ["confirm", "register_vehicle", "rotate_device_key", "assign"] {
        let case = format!("{name} called by a program, after a genuine proof");
        cases.push(Case::new(case, name, E::NotTopLevel, move |checkpoints| {
            let mut attempt = find(name).attempt(checkpoints);
            let call = through_another_program(&mut attempt.fixture.chain, attempt.instructions[1].clone());
            send(&mut attempt.fixture, &[attempt.instructions[0].clone(), call])
        }));
    }
    cases
}
