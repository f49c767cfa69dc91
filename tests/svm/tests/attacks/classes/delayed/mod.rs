//! Transactions signed in time with a durable nonce, and landed when the chain has changed.

mod requests;
mod servicing;

use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::Instruction;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::signers;
use latchkey_tests_svm::{DAY, Expected, LoanFixture, Outcome};
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// Signs at one moment, lets something happen, and lands.
fn delayed(
    checkpoints: &mut Checkpoints,
    checkpoint: Checkpoint,
    call: impl FnOnce(&LoanFixture) -> Vec<Instruction>,
    meanwhile: impl FnOnce(&mut LoanFixture),
) -> Outcome {
    let mut fixture = checkpoints.at(checkpoint);
    let instructions = call(&fixture);
    let keys = signers(&instructions);
    let signed = fixture.chain.sign_for_later(&instructions, &keys.iter().collect::<Vec<_>>());
    meanwhile(&mut fixture);
    fixture.chain.submit(signed)
}

type Call = fn(&LoanFixture) -> Vec<Instruction>;
type Meanwhile = fn(&mut LoanFixture);
/// The attack in words, the instruction, what stops it, where it begins, what is signed, and what happens meanwhile.
type Row = (&'static str, &'static str, Expected, Checkpoint, Call, Meanwhile);

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = requests::table()
        .into_iter()
        .chain(servicing::table())
        .map(|(name, instruction, expected, checkpoint, call, meanwhile)| {
            Case::new(name, instruction, expected, move |checkpoints| {
                delayed(checkpoints, checkpoint, call, meanwhile)
            })
        })
        .collect();
    cases.push(Case::new(
        "a lock during an emergency start",
        "request",
        E::InEmergencyStart,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.emergency_start().holds();
            fixture.request(Action::Unlock).holds();
            fixture.fulfil(2);
            let ends = LoanFixture::default_at() + DAY;
            let lock = build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 3);
            let payer = fixture.payer.insecure_clone();
            let signed = fixture.chain.sign_for_later(&[lock], &[&payer]);
            fixture.at(ends - 1);
            fixture.chain.submit(signed)
        },
    ));
    cases
}
