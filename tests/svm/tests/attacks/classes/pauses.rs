//! A pause used to harm a borrower, or lifted by a signer who may not.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::send;
use latchkey_tests_svm::{Expected, LoanFixture, Outcome, person};
use solana_sdk::signer::Signer;

use crate::suite::Case;

type Act = fn(&mut LoanFixture) -> Outcome;

/// What a paused lender's borrower must still be able to do.
fn while_paused(
    checkpoints: &mut Checkpoints,
    checkpoint: Checkpoint,
    act: impl FnOnce(&mut LoanFixture) -> Outcome,
) -> Outcome {
    let mut fixture = checkpoints.at(checkpoint);
    fixture.pause(MAX_PAUSE_SECS).holds();
    act(&mut fixture)
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, secs) in
        [("of no time", 0), ("a second longer than a day", MAX_PAUSE_SECS + 1), ("of 136 years", u32::MAX)]
    {
        cases.push(Case::new(format!("a pause {what}"), "pause", E::InvalidPause, move |checkpoints| {
            checkpoints.at(Checkpoint::Fresh).pause(secs)
        }));
    }
    for who in ["borrower", "stranger", "keeper", "foreign authority", "foreign servicer"] {
        cases.push(Case::new(format!("the {who} pauses"), "pause", E::NotServicing, move |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let call = build::pause(fixture.lender, person(who).pubkey(), 60);
            send(&mut fixture, &[call])
        }));
        cases.push(Case::new(
            format!("the {who} lifts a pause"),
            "unpause",
            E::NotServicing,
            move |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Fresh);
                fixture.pause(60).holds();
                let call = build::unpause(fixture.lender, person(who).pubkey());
                send(&mut fixture, &[call])
            },
        ));
    }
    for (what, action, checkpoint) in
        [("a lock", Action::Lock, Checkpoint::Defaulted), ("a warning", Action::Warn, Checkpoint::Due)]
    {
        cases.push(Case::new(
            format!("{what} during a pause"),
            "request",
            E::LenderPaused,
            move |checkpoints| while_paused(checkpoints, checkpoint, |fixture| fixture.request(action)),
        ));
    }
    cases.push(Case::new(
        "a lock in the lender's name during its own pause",
        "request",
        E::LenderPaused,
        |checkpoints| {
            while_paused(checkpoints, Checkpoint::Defaulted, |fixture| {
                let authority = fixture.authority.insecure_clone();
                fixture.request_as(&authority, Action::Lock)
            })
        },
    ));
    let goes_on: [(_, _, Checkpoint, Act); 7] = [
        ("a payment", "collect", Checkpoint::Funded, LoanFixture::collect),
        ("a prepayment", "prepay", Checkpoint::Funded, |fixture| fixture.prepay(1)),
        ("a payoff", "pay_off", Checkpoint::Funded, LoanFixture::pay_off),
        ("a withdrawal", "withdraw_surplus", Checkpoint::Funded, |fixture| fixture.withdraw_surplus(1)),
        ("an unlock", "request", Checkpoint::Cured, |fixture| fixture.request(Action::Unlock)),
        ("an emergency start", "emergency_start", Checkpoint::Locked, LoanFixture::emergency_start),
        ("the close of a loan", "close_loan", Checkpoint::PaidOff, LoanFixture::close),
    ];
    for (what, instruction, checkpoint, act) in goes_on {
        cases.push(Case::new(
            format!("a pause against {what}"),
            instruction,
            Expected::Harmless,
            move |checkpoints| while_paused(checkpoints, checkpoint, act),
        ));
    }
    cases.push(Case::new(
        "a pause against the proof of an unlock",
        "confirm",
        Expected::Harmless,
        |checkpoints| {
            while_paused(checkpoints, Checkpoint::Cured, |fixture| {
                fixture.request(Action::Unlock).holds();
                let receipt = fixture.receipt(2);
                fixture.confirm(&receipt)
            })
        },
    ));
    cases
}
