//! A genuine signature used a second time: for another loan, car, lender, program, number, or kind of message.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::Instruction;
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_protocol::{Enrolment, Outcome as Obeyed, Receipt};
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints, Other, keys_of, on};
use latchkey_tests_svm::doors::{find, send};
use latchkey_tests_svm::{LoanFixture, Outcome};
use solana_sdk::signer::Signer;

use crate::suite::Case;

type Alter<T> = fn(T) -> T;
type AlterIn<T> = fn(&LoanFixture, T) -> T;

/// Settles number 1 on a receipt that was altered before the car signed it: one of another call, then.
fn altered(checkpoints: &mut Checkpoints, alter: impl FnOnce(Receipt) -> Receipt) -> Outcome {
    let mut fixture = checkpoints.at(Checkpoint::Claimed);
    let genuine = fixture.receipt(1);
    let [_, confirm] = fixture.confirmation(&fixture.car.sign(&genuine.encode()));
    let proof = build::proof(&fixture.car.sign(&alter(genuine).encode()));
    send(&mut fixture, &[proof, confirm])
}

/// The call that settles what is claimed under this number, without its proof.
fn confirmation_of(fixture: &LoanFixture, seq: u64) -> Instruction {
    let [_, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(seq).encode()));
    confirm
}

/// A car that was locked on its first loan and unlocked; the loan is closed, and the next one's lock is claimed.
fn second_loan(checkpoints: &mut Checkpoints) -> (LoanFixture, Receipt) {
    let mut fixture = checkpoints.at(Checkpoint::Claimed);
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    fixture.pay_all();
    fixture.request(Action::Unlock).holds();
    fixture.fulfil(2);
    fixture.close().holds();
    let lender = fixture.lender_account();
    let (vehicle, program) = (fixture.keys.vehicle, fixture.keys.token_program);
    fixture.keys = LoanKeys::new(fixture.lender, &lender, vehicle, 1, program);
    let now = fixture.chain.now();
    fixture.terms.first_due = now + 1;
    fixture.originate().holds();
    fixture.at(now + 1 + i64::from(fixture.terms.grace_secs)).declare_default().holds();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 3).holds();
    (fixture, receipt)
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let changes: [(_, Alter<Receipt>); 12] = [
        ("a receipt for another program", |r| Receipt { program: [1; 32], ..r }),
        ("a receipt for another vehicle", |r| Receipt { vehicle: [1; 32], ..r }),
        ("a receipt for another invocation", |r| Receipt { invocation: [1; 32], ..r }),
        ("a receipt of an older number", |r| Receipt { seq: 0, ..r }),
        ("a receipt of a newer number", |r| Receipt { seq: 2, ..r }),
        ("a receipt of the last number", |r| Receipt { seq: u64::MAX, ..r }),
        ("a receipt of another action", |r| Receipt { action: latchkey_protocol::Action::Warn, ..r }),
        ("a receipt of a lock that waits to be parked", |r| Receipt { outcome: Obeyed::Armed, ..r }),
        ("a receipt of a lock refused as expired", |r| Receipt { outcome: Obeyed::RefusedExpired, ..r }),
        ("a receipt of a lock refused as superseded", |r| Receipt {
            outcome: Obeyed::RefusedSuperseded,
            ..r
        }),
        ("a receipt of a lock refused as unsafe", |r| Receipt { outcome: Obeyed::RefusedUnsafe, ..r }),
        ("a receipt of another command", |r| Receipt { command_hash: [1; 32], ..r }),
    ];
    for (name, change) in changes {
        cases.push(Case::new(name, "confirm", E::ProofWrongMessage, move |checkpoints| {
            altered(checkpoints, change)
        }));
    }
    cases.push(Case::new(
        "a receipt of the car's last loan",
        "confirm",
        E::ProofWrongMessage,
        |checkpoints| {
            let (mut fixture, old) = second_loan(checkpoints);
            let [proof, _] = fixture.confirmation(&fixture.car.sign(&old.encode()));
            let confirm = confirmation_of(&fixture, 3);
            send(&mut fixture, &[proof, confirm])
        },
    ));
    cases.push(Case::new(
        "a receipt of the car's last loan, with the call it settled",
        "confirm",
        ErrorCode::AccountNotInitialized,
        |checkpoints| {
            let (mut fixture, old) = second_loan(checkpoints);
            let both = fixture.confirmation(&fixture.car.sign(&old.encode()));
            send(&mut fixture, &both)
        },
    ));
    for other in [Other::Sibling, Other::Foreign] {
        let whose = if other == Other::Sibling { "a sibling's car" } else { "the thief's car" };
        cases.push(Case::new(
            format!("a receipt of {whose} for the same number"),
            "confirm",
            E::ProofWrongKey,
            move |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                let proof = on(&mut fixture, other, |fixture| {
                    build::proof(&fixture.car.sign(&fixture.receipt(1).encode()))
                });
                let confirm = confirmation_of(&fixture, 1);
                send(&mut fixture, &[proof, confirm])
            },
        ));
        cases.push(Case::new(
            format!("the true receipt, spent on {whose}"),
            "confirm",
            E::ProofWrongKey,
            move |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                let proof = build::proof(&fixture.car.sign(&fixture.receipt(1).encode()));
                let confirm = on(&mut fixture, other, |fixture| confirmation_of(fixture, 1));
                send(&mut fixture, &[proof, confirm])
            },
        ));
    }
    cases.push(Case::new(
        "one receipt for two calls in a transaction",
        "confirm",
        E::ProofMissing,
        |checkpoints| {
            let mut attempt = find("confirm").attempt(checkpoints);
            let sibling = on(&mut attempt.fixture, Other::Sibling, |fixture| confirmation_of(fixture, 1));
            attempt.instructions.push(sibling);
            attempt.send()
        },
    ));
    cases.push(Case::new(
        "a receipt that came after the device was changed",
        "confirm",
        E::InvocationVoid,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Claimed);
            let both = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
            fixture.change_device("new device");
            send(&mut fixture, &both)
        },
    ));
    cases.push(Case::new(
        "the new device's receipt of what the old one was asked",
        "confirm",
        E::InvocationVoid,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Claimed);
            fixture.change_device("new device");
            let receipt = fixture.receipt(1);
            fixture.confirm(&receipt)
        },
    ));
    cases.push(Case::new(
        "a receipt of what was asked before the key was changed and changed back",
        "confirm",
        E::InvocationVoid,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Claimed);
            let both = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
            let old = fixture.change_device("new device");
            fixture.rotate(&old).holds();
            send(&mut fixture, &both)
        },
    ));
    cases.push(Case::new("an enrolment for a receipt", "confirm", E::ProofMalformed, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Claimed);
        let enrolment = fixture.car.sign(&fixture.car.enrolment(&fixture.lender).encode());
        let confirm = confirmation_of(&fixture, 1);
        send(&mut fixture, &[build::proof(&enrolment), confirm])
    }));
    for door in ["register_vehicle", "rotate_device_key"] {
        let device = if door == "register_vehicle" { "new car" } else { "new device" };
        cases.push(Case::new(
            format!("a receipt for an enrolment, to {door}"),
            door,
            E::ProofMalformed,
            move |checkpoints| {
                let mut attempt = find(door).attempt(checkpoints);
                let car = latchkey_tests_svm::Car::new(device);
                let receipt = car.receipt_of(Action::Lock, 1, attempt.fixture.chain.now());
                attempt.instructions[0] = build::proof(&car.sign(&receipt.encode()));
                attempt.send()
            },
        ));
        let changes: [(_, AlterIn<Enrolment>); 3] = [
            ("with another lender", |fixture, e| Enrolment {
                lender: keys_of(fixture, Other::Foreign).lender.to_bytes(),
                ..e
            }),
            ("for another program", |_, e| Enrolment { program: [1; 32], ..e }),
            ("of another car", |_, e| Enrolment { vin_commitment: [1; 32], ..e }),
        ];
        for (which, change) in changes {
            let name = format!("an enrolment {which}, to {door}");
            cases.push(Case::new(name, door, E::ProofWrongMessage, move |checkpoints| {
                let mut attempt = find(door).attempt(checkpoints);
                let car = if door == "register_vehicle" {
                    latchkey_tests_svm::Car::new(device)
                } else {
                    attempt.fixture.car.successor(device)
                };
                let enrolment = change(&attempt.fixture, car.enrolment(&attempt.fixture.lender));
                attempt.instructions[0] = build::proof(&car.sign(&enrolment.encode()));
                attempt.send()
            }));
        }
    }
    cases.push(Case::new(
        "the enrolment there was, to change the key to itself",
        "rotate_device_key",
        E::SameDeviceKey,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let same = fixture.car.clone();
            fixture.rotate(&same)
        },
    ));
    cases.push(Case::new("a receipt paid to who brings it", "confirm", E::NotClaimer, |checkpoints| {
        let attempt = find("confirm").attempt(checkpoints);
        let thief = attempt.fixture.stranger.pubkey();
        attempt.swap("keeper", thief).send()
    }));
    cases
}
