//! Creating a second time what exists.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_client::pda;
use latchkey_tests_svm::{Car, Money, floors, person, swap};
use solana_sdk::signer::Signer;

use crate::door::{find, send};
use crate::stage::Stage;
use crate::suite::{Case, Expected};

/// What the system program says when it is asked to create an account that exists.
const ALREADY_IN_USE: Expected = Expected::System(0);

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "a lender is created again with another servicer",
            "init_lender",
            ALREADY_IN_USE,
            |stages| {
                let mut scene = stages.at(Stage::Fresh);
                let servicer = scene.stranger.pubkey();
                scene.init_lender(InitLenderArgs { servicer, floors: floors(), keepers: Vec::new() })
            },
        ),
        Case::new("a lender is created again with another mint", "init_lender", ALREADY_IN_USE, |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
            let treasury = other.open(&mut scene.world, &scene.authority.pubkey(), 0);
            let parties = build::InitLender { mint: other.mint, treasury, ..scene.lender_parties() };
            let args =
                InitLenderArgs { servicer: scene.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
            send(&mut scene, &[build::init_lender(&parties, args)])
        }),
        Case::new(
            "a lender is created at another's address",
            "init_lender",
            ErrorCode::ConstraintSeeds,
            |stages| {
                let attempt = find("init_lender").attempt(stages);
                let victim = pda::lender(&person("foreign authority").pubkey());
                attempt.swap("lender", victim).send()
            },
        ),
        Case::new("a function is set anew by its keeper", "set_function", E::NotAuthority, |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let who = build::SetFunction {
                payer: scene.payer.pubkey(),
                authority: scene.keeper.pubkey(),
                lender: scene.lender,
            };
            let cheap = SetFunctionArgs { command_key: scene.keeper.pubkey(), ..scene.offer(Action::Unlock) };
            send(&mut scene, &[build::set_function(&who, Action::Unlock, cheap)])
        }),
        Case::new(
            "one function is set at the address of another",
            "set_function",
            ErrorCode::ConstraintSeeds,
            |stages| {
                let attempt = find("set_function").attempt(stages);
                let unlock = pda::function(&attempt.scene.lender, Action::Unlock);
                attempt.swap("function", unlock).send()
            },
        ),
        Case::new(
            "a car is registered again to reset its lock",
            "register_vehicle",
            ALREADY_IN_USE,
            |stages| {
                let mut scene = stages.at(Stage::Locked);
                let car = scene.car.clone();
                scene.register(&car)
            },
        ),
        Case::new(
            "a car is registered again by another lender it enrolled with",
            "register_vehicle",
            ALREADY_IN_USE,
            |stages| {
                let mut scene = stages.at(Stage::Locked);
                let lender = pda::lender(&person("foreign authority").pubkey());
                let enrolment = scene.car.sign(&scene.car.enrolment(&lender).encode());
                let payer = scene.payer.pubkey();
                let signer = person("foreign authority").pubkey();
                let all = build::register_vehicle(payer, signer, &enrolment).expect("it is one");
                send(&mut scene, &all)
            },
        ),
        Case::new(
            "a car is registered at the address of another",
            "register_vehicle",
            ErrorCode::ConstraintSeeds,
            |stages| {
                let attempt = find("register_vehicle").attempt(stages);
                attempt.swap("vehicle", Car::new("car").vehicle).send()
            },
        ),
        Case::new(
            "a loan is written again to reset what is owed",
            "originate",
            ErrorCode::ConstraintSeeds,
            |stages| stages.at(Stage::Fresh).originate(),
        ),
        Case::new(
            "a second loan is written on a car that has one",
            "originate",
            E::VehicleHasLoan,
            |stages| {
                let mut scene = stages.at(Stage::Fresh);
                let lender = scene.lender_account();
                let (vehicle, program) = (scene.keys.vehicle, scene.keys.token_program);
                scene.keys = build::LoanKeys::new(scene.lender, &lender, vehicle, 1, program);
                scene.originate()
            },
        ),
        Case::new(
            "a loan is written with the escrow of another",
            "originate",
            ErrorCode::ConstraintSeeds,
            |stages| {
                let attempt = find("originate").attempt(stages);
                let sibling = crate::stage::keys_of(&attempt.scene, crate::stage::Other::Sibling);
                attempt.swap("escrow", sibling.escrow).send()
            },
        ),
        Case::new(
            "an invocation is asked for at the address of one that is open",
            "request",
            ErrorCode::ConstraintSeeds,
            |stages| {
                let mut scene = stages.at(Stage::Asked);
                let again = build::request(&scene.keys, scene.payer.pubkey(), None, Action::Lock, 2);
                let (next, open) = (scene.invocation_key(2), scene.invocation_key(1));
                send(&mut scene, &[swap(again, &next, &open)])
            },
        ),
        Case::new(
            "an invocation is asked for under a number far ahead",
            "request",
            ErrorCode::ConstraintSeeds,
            |stages| {
                let mut scene = stages.at(Stage::Defaulted);
                let ahead = build::request(&scene.keys, scene.payer.pubkey(), None, Action::Lock, u64::MAX);
                send(&mut scene, &[ahead])
            },
        ),
    ]
}
