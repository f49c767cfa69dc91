//! A genuine signature used a second time: for another loan, car, lender, program, number, or kind of message.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::Instruction;
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_protocol::{Enrolment, Outcome as Obeyed, Receipt};
use latchkey_tests_svm::{Outcome, Scene};
use solana_sdk::signer::Signer;

use crate::door::{find, send};
use crate::stage::{Other, Stage, Stages, keys_of, on};
use crate::suite::Case;

type Alter<T> = fn(T) -> T;
type AlterIn<T> = fn(&Scene, T) -> T;

/// Settles number 1 on a receipt that was altered before the car signed it: one of another call, then.
fn altered(stages: &mut Stages, alter: impl FnOnce(Receipt) -> Receipt) -> Outcome {
    let mut scene = stages.at(Stage::Claimed);
    let genuine = scene.receipt(1);
    let [_, confirm] = scene.confirmation(&scene.car.sign(&genuine.encode()));
    let proof = build::proof(&scene.car.sign(&alter(genuine).encode()));
    send(&mut scene, &[proof, confirm])
}

/// The call that settles what is claimed under this number, without its proof.
fn confirmation_of(scene: &Scene, seq: u64) -> Instruction {
    let [_, confirm] = scene.confirmation(&scene.car.sign(&scene.receipt(seq).encode()));
    confirm
}

/// A car that was locked on its first loan and unlocked; the loan is closed, and the next one's lock is claimed.
fn second_loan(stages: &mut Stages) -> (Scene, Receipt) {
    let mut scene = stages.at(Stage::Claimed);
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).holds();
    scene.pay_all();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    scene.close().holds();
    let lender = scene.lender_account();
    let (vehicle, program) = (scene.keys.vehicle, scene.keys.token_program);
    scene.keys = LoanKeys::new(scene.lender, &lender, vehicle, 1, program);
    let now = scene.world.now();
    scene.terms.first_due = now + 1;
    scene.originate().holds();
    scene.at(now + 1 + i64::from(scene.terms.grace_secs)).declare_default().holds();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 3).holds();
    (scene, receipt)
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
        cases.push(Case::new(name, "confirm", E::ProofWrongMessage, move |stages| altered(stages, change)));
    }
    cases.push(Case::new("a receipt of the car's last loan", "confirm", E::ProofWrongMessage, |stages| {
        let (mut scene, old) = second_loan(stages);
        let [proof, _] = scene.confirmation(&scene.car.sign(&old.encode()));
        let confirm = confirmation_of(&scene, 3);
        send(&mut scene, &[proof, confirm])
    }));
    cases.push(Case::new(
        "a receipt of the car's last loan, with the call it settled",
        "confirm",
        ErrorCode::AccountNotInitialized,
        |stages| {
            let (mut scene, old) = second_loan(stages);
            let both = scene.confirmation(&scene.car.sign(&old.encode()));
            send(&mut scene, &both)
        },
    ));
    for other in [Other::Sibling, Other::Foreign] {
        let whose = if other == Other::Sibling { "a sibling's car" } else { "the thief's car" };
        cases.push(Case::new(
            format!("a receipt of {whose} for the same number"),
            "confirm",
            E::ProofWrongKey,
            move |stages| {
                let mut scene = stages.at(Stage::Claimed);
                let proof =
                    on(&mut scene, other, |scene| build::proof(&scene.car.sign(&scene.receipt(1).encode())));
                let confirm = confirmation_of(&scene, 1);
                send(&mut scene, &[proof, confirm])
            },
        ));
        cases.push(Case::new(
            format!("the true receipt, spent on {whose}"),
            "confirm",
            E::ProofWrongKey,
            move |stages| {
                let mut scene = stages.at(Stage::Claimed);
                let proof = build::proof(&scene.car.sign(&scene.receipt(1).encode()));
                let confirm = on(&mut scene, other, |scene| confirmation_of(scene, 1));
                send(&mut scene, &[proof, confirm])
            },
        ));
    }
    cases.push(Case::new(
        "one receipt for two calls in a transaction",
        "confirm",
        E::ProofMissing,
        |stages| {
            let mut attempt = find("confirm").attempt(stages);
            let sibling = on(&mut attempt.scene, Other::Sibling, |scene| confirmation_of(scene, 1));
            attempt.instructions.push(sibling);
            attempt.send()
        },
    ));
    cases.push(Case::new(
        "a receipt that came after the device was changed",
        "confirm",
        E::InvocationVoid,
        |stages| {
            let mut scene = stages.at(Stage::Claimed);
            let both = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
            scene.change_device("new device");
            send(&mut scene, &both)
        },
    ));
    cases.push(Case::new(
        "the new device's receipt of what the old one was asked",
        "confirm",
        E::InvocationVoid,
        |stages| {
            let mut scene = stages.at(Stage::Claimed);
            scene.change_device("new device");
            let receipt = scene.receipt(1);
            scene.confirm(&receipt)
        },
    ));
    cases.push(Case::new(
        "a receipt of what was asked before the key was changed and changed back",
        "confirm",
        E::InvocationVoid,
        |stages| {
            let mut scene = stages.at(Stage::Claimed);
            let both = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
            let old = scene.change_device("new device");
            scene.rotate(&old).holds();
            send(&mut scene, &both)
        },
    ));
    cases.push(Case::new("an enrolment for a receipt", "confirm", E::ProofMalformed, |stages| {
        let mut scene = stages.at(Stage::Claimed);
        let enrolment = scene.car.sign(&scene.car.enrolment(&scene.lender).encode());
        let confirm = confirmation_of(&scene, 1);
        send(&mut scene, &[build::proof(&enrolment), confirm])
    }));
    for door in ["register_vehicle", "rotate_device_key"] {
        let device = if door == "register_vehicle" { "new car" } else { "new device" };
        cases.push(Case::new(
            format!("a receipt for an enrolment, to {door}"),
            door,
            E::ProofMalformed,
            move |stages| {
                let mut attempt = find(door).attempt(stages);
                let car = latchkey_tests_svm::Car::new(device);
                let receipt = car.receipt_of(Action::Lock, 1, attempt.scene.world.now());
                attempt.instructions[0] = build::proof(&car.sign(&receipt.encode()));
                attempt.send()
            },
        ));
        let changes: [(_, AlterIn<Enrolment>); 3] = [
            ("with another lender", |scene, e| Enrolment {
                lender: keys_of(scene, Other::Foreign).lender.to_bytes(),
                ..e
            }),
            ("for another program", |_, e| Enrolment { program: [1; 32], ..e }),
            ("of another car", |_, e| Enrolment { vin_commitment: [1; 32], ..e }),
        ];
        for (which, change) in changes {
            let name = format!("an enrolment {which}, to {door}");
            cases.push(Case::new(name, door, E::ProofWrongMessage, move |stages| {
                let mut attempt = find(door).attempt(stages);
                let car = if door == "register_vehicle" {
                    latchkey_tests_svm::Car::new(device)
                } else {
                    attempt.scene.car.successor(device)
                };
                let enrolment = change(&attempt.scene, car.enrolment(&attempt.scene.lender));
                attempt.instructions[0] = build::proof(&car.sign(&enrolment.encode()));
                attempt.send()
            }));
        }
    }
    cases.push(Case::new(
        "the enrolment there was, to change the key to itself",
        "rotate_device_key",
        E::SameDeviceKey,
        |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let same = scene.car.clone();
            scene.rotate(&same)
        },
    ));
    cases.push(Case::new("a receipt paid to who brings it", "confirm", E::NotClaimer, |stages| {
        let attempt = find("confirm").attempt(stages);
        let thief = attempt.scene.stranger.pubkey();
        attempt.swap("keeper", thief).send()
    }));
    cases
}
