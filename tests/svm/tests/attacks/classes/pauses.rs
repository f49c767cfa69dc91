//! A pause used to harm a borrower, or lifted by who may not.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{Outcome, Scene, person};
use solana_sdk::signer::Signer;

use crate::door::send;
use crate::stage::{Stage, Stages};
use crate::suite::{Case, Expected};

type Act = fn(&mut Scene) -> Outcome;

/// What a paused lender's borrower must still be able to do.
fn while_paused(stages: &mut Stages, stage: Stage, act: impl FnOnce(&mut Scene) -> Outcome) -> Outcome {
    let mut scene = stages.at(stage);
    scene.pause(MAX_PAUSE_SECS).holds();
    act(&mut scene)
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, secs) in
        [("of no time", 0), ("a second longer than a day", MAX_PAUSE_SECS + 1), ("of 136 years", u32::MAX)]
    {
        cases.push(Case::new(format!("a pause {what}"), "pause", E::InvalidPause, move |stages| {
            stages.at(Stage::Fresh).pause(secs)
        }));
    }
    for who in ["borrower", "stranger", "keeper", "foreign authority", "foreign servicer"] {
        cases.push(Case::new(format!("the {who} pauses"), "pause", E::NotServicing, move |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let call = build::pause(scene.lender, person(who).pubkey(), 60);
            send(&mut scene, &[call])
        }));
        cases.push(Case::new(
            format!("the {who} lifts a pause"),
            "unpause",
            E::NotServicing,
            move |stages| {
                let mut scene = stages.at(Stage::Fresh);
                scene.pause(60).holds();
                let call = build::unpause(scene.lender, person(who).pubkey());
                send(&mut scene, &[call])
            },
        ));
    }
    for (what, action, stage) in
        [("a lock", Action::Lock, Stage::Defaulted), ("a warning", Action::Warn, Stage::Due)]
    {
        cases.push(Case::new(format!("{what} during a pause"), "request", E::LenderPaused, move |stages| {
            while_paused(stages, stage, |scene| scene.request(action))
        }));
    }
    cases.push(Case::new(
        "a lock in the lender's name during its own pause",
        "request",
        E::LenderPaused,
        |stages| {
            while_paused(stages, Stage::Defaulted, |scene| {
                let authority = scene.authority.insecure_clone();
                scene.request_as(&authority, Action::Lock)
            })
        },
    ));
    let goes_on: [(_, _, Stage, Act); 7] = [
        ("a payment", "collect", Stage::Funded, Scene::collect),
        ("a prepayment", "prepay", Stage::Funded, |scene| scene.prepay(1)),
        ("a payoff", "pay_off", Stage::Funded, Scene::pay_off),
        ("a withdrawal", "withdraw_surplus", Stage::Funded, |scene| scene.withdraw_surplus(1)),
        ("an unlock", "request", Stage::Cured, |scene| scene.request(Action::Unlock)),
        ("an emergency start", "emergency_start", Stage::Locked, Scene::emergency_start),
        ("the close of a loan", "close_loan", Stage::PaidOff, Scene::close),
    ];
    for (what, instruction, stage, act) in goes_on {
        cases.push(Case::new(
            format!("a pause against {what}"),
            instruction,
            Expected::Harmless,
            move |stages| while_paused(stages, stage, act),
        ));
    }
    cases.push(Case::new("a pause against the claim of an unlock", "claim", Expected::Harmless, |stages| {
        while_paused(stages, Stage::Cured, |scene| {
            scene.request(Action::Unlock).holds();
            let keeper = scene.keeper.insecure_clone();
            scene.claim(&keeper, 2)
        })
    }));
    cases
}
