//! Using what was closed: again, later, or revived by lamports in the same transaction.

use anchor_lang::error::ErrorCode;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_client::{Instruction, Pubkey};
use latchkey_tests_svm::{Outcome, Scene};
use solana_sdk::signer::Signer;

use crate::door::{find, send, signers};
use crate::stage::{Stage, Stages};
use crate::suite::Case;

/// The account is gone: no lamports, no owner, no data.
const GONE: ErrorCode = ErrorCode::AccountNotInitialized;
/// The account is back, but it is the system program's.
const NOT_OURS: ErrorCode = ErrorCode::AccountOwnedByWrongProgram;

/// Lamports that keep a closed account alive to the end of the transaction.
fn revive(scene: &Scene, address: Pubkey) -> Instruction {
    solana_system_interface::instruction::transfer(&scene.stranger.pubkey(), &address, 10_000_000)
}

/// A closed loan, and the call that a door made before.
fn after_close(stages: &mut Stages, call: impl FnOnce(&Scene) -> Instruction) -> Outcome {
    let mut scene = stages.at(Stage::PaidOff);
    let call = call(&scene);
    scene.close().holds();
    send(&mut scene, &[call])
}

/// The door's call, lamports for the account it closed, and the call again.
fn revived(stages: &mut Stages, door: &str, account: &str) -> Outcome {
    let mut attempt = find(door).attempt(stages);
    let address = attempt.account(account);
    let revival = revive(&attempt.scene, address);
    let all = [&attempt.instructions[..], &[revival], &attempt.instructions[..]].concat();
    send(&mut attempt.scene, &all)
}

fn twice(stages: &mut Stages, door: &str) -> Outcome {
    let mut attempt = find(door).attempt(stages);
    let all = [&attempt.instructions[..], &attempt.instructions[..]].concat();
    send(&mut attempt.scene, &all)
}

fn again(stages: &mut Stages, door: &str) -> Outcome {
    let mut attempt = find(door).attempt(stages);
    send(&mut attempt.scene, &attempt.instructions.clone()).holds();
    assert!(signers(&attempt.instructions).len() <= 1);
    attempt.send()
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["confirm", "expire", "close_loan"] {
        cases
            .push(Case::new(format!("{name} twice in one transaction"), name, GONE, move |s| twice(s, name)));
        cases.push(Case::new(format!("{name} again later"), name, GONE, move |s| again(s, name)));
    }
    for (name, account) in [
        ("confirm", "invocation"),
        ("expire", "invocation"),
        ("close_loan", "loan"),
        ("close_loan", "escrow"),
    ] {
        let expected = if account == "escrow" { GONE } else { NOT_OURS };
        let case = format!("{name} again after its {account} was revived");
        cases.push(Case::new(case, name, expected, move |stages| revived(stages, name, account)));
    }
    cases.push(Case::new("collect from a closed loan", "collect", GONE, |stages| {
        after_close(stages, |scene| build::collect(&scene.keys))
    }));
    cases.push(Case::new("pay off a closed loan", "pay_off", GONE, |stages| {
        after_close(stages, |scene| build::pay_off(&scene.keys, scene.borrower.pubkey()))
    }));
    cases.push(Case::new("fund the escrow of a closed loan", "fund_escrow", GONE, |stages| {
        after_close(stages, |scene| build::fund_escrow(scene.stranger.pubkey(), &scene.keys.loan, 1))
    }));
    cases.push(Case::new("withdraw from the escrow of a closed loan", "withdraw_escrow", GONE, |stages| {
        after_close(stages, |scene| build::withdraw_escrow(&scene.keys, scene.authority.pubkey(), 1))
    }));
    cases.push(Case::new("withdraw from the wallet of a closed loan", "withdraw_surplus", GONE, |stages| {
        after_close(stages, |scene| {
            build::withdraw_surplus(&scene.keys, scene.borrower.pubkey(), scene.savings, 1)
        })
    }));
    cases.push(Case::new("request for a closed loan", "request", GONE, |stages| {
        after_close(stages, |scene| build::request(&scene.keys, scene.payer.pubkey(), None, Action::Warn, 1))
    }));
    cases.push(Case::new("place a hold on a closed loan", "place_hold", GONE, |stages| {
        after_close(stages, |scene| build::place_hold(&scene.keys, scene.servicer.pubkey(), i64::MAX))
    }));
    cases.push(Case::new("use a closed loan that was revived", "collect", NOT_OURS, |stages| {
        let mut scene = stages.at(Stage::PaidOff);
        let closing = scene.closing(&scene.borrower.pubkey());
        let all = [closing, revive(&scene, scene.keys.loan), build::collect(&scene.keys)];
        send(&mut scene, &all)
    }));
    cases.push(Case::new(
        "write a closed loan again under its old number",
        "originate",
        ErrorCode::ConstraintSeeds,
        |stages| {
            let mut scene = stages.at(Stage::PaidOff);
            scene.close().holds();
            scene.originate()
        },
    ));
    for name in ["claim", "yield_claim"] {
        cases.push(Case::new(format!("{name} what was confirmed"), name, GONE, move |stages| {
            let mut scene = stages.at(Stage::Locked);
            let call = match name {
                "claim" => build::claim(&scene.keys, scene.rival.pubkey(), 1),
                _ => build::yield_claim(&scene.keys.vehicle, scene.keeper.pubkey(), 1),
            };
            send(&mut scene, &[call])
        }));
    }
    cases.push(Case::new("expire what was confirmed", "expire", GONE, |stages| {
        let mut scene = stages.at(Stage::Locked);
        let call = build::expire(&scene.keys, 1, scene.payer.pubkey());
        send(&mut scene, &[call])
    }));
    cases
}
