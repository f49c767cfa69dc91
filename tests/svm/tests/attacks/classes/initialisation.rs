//! Creating a second time what exists.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::{CommandKey, InitLenderArgs, SetFunctionArgs};
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_client::pda;
use latchkey_tests_svm::checkpoint::Checkpoint;
use latchkey_tests_svm::doors::{find, send};
use latchkey_tests_svm::{Car, Expected, Money, floors, person, swap};
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// What the system program says when it is asked to create an account that exists.
const ALREADY_IN_USE: Expected = Expected::System(0);

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "a lender is created again with another servicer",
            "init_lender",
            ALREADY_IN_USE,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Fresh);
                let servicer = fixture.stranger.pubkey();
                fixture.init_lender(InitLenderArgs { servicer, floors: floors(), keepers: Vec::new() })
            },
        ),
        Case::new(
            "a lender is created again with another mint",
            "init_lender",
            ALREADY_IN_USE,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Fresh);
                let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
                let treasury = other.open(&mut fixture.chain, &fixture.authority.pubkey(), 0);
                let parties = build::InitLender { mint: other.mint, treasury, ..fixture.lender_parties() };
                let args = fixture.lender_args();
                send(&mut fixture, &[build::init_lender(&parties, args)])
            },
        ),
        Case::new(
            "a lender is created at another's address",
            "init_lender",
            ErrorCode::ConstraintSeeds,
            |checkpoints| {
                let attempt = find("init_lender").attempt(checkpoints);
                let victim = pda::lender(&person("foreign authority").pubkey());
                attempt.swap("lender", victim).send()
            },
        ),
        Case::new("a function is replaced by its keeper", "set_function", E::NotAuthority, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let who = build::SetFunction {
                payer: fixture.payer.pubkey(),
                authority: fixture.keeper.pubkey(),
                lender: fixture.lender,
            };
            let own = CommandKey { key: fixture.keeper.pubkey(), uri: String::new() };
            let cheap = SetFunctionArgs { command_keys: vec![own], ..fixture.offer(Action::Unlock) };
            send(&mut fixture, &[build::set_function(&who, Action::Unlock, cheap)])
        }),
        Case::new(
            "one function is set at the address of another",
            "set_function",
            ErrorCode::ConstraintSeeds,
            |checkpoints| {
                let attempt = find("set_function").attempt(checkpoints);
                let unlock = pda::function(&attempt.fixture.lender, Action::Unlock);
                attempt.swap("function", unlock).send()
            },
        ),
        Case::new(
            "a car is registered again to reset its lock",
            "register_vehicle",
            ALREADY_IN_USE,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Locked);
                let car = fixture.car.clone();
                fixture.register(&car)
            },
        ),
        Case::new(
            "a car is registered again by another lender it enrolled with",
            "register_vehicle",
            ALREADY_IN_USE,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Locked);
                let lender = pda::lender(&person("foreign authority").pubkey());
                let enrolment = fixture.car.sign(&fixture.car.enrolment(&lender).encode());
                let payer = fixture.payer.pubkey();
                let signer = person("foreign authority").pubkey();
                let all = build::register_vehicle(payer, signer, &enrolment).expect("it is one");
                send(&mut fixture, &all)
            },
        ),
        Case::new(
            "a car is registered at the address of another",
            "register_vehicle",
            ErrorCode::ConstraintSeeds,
            |checkpoints| {
                let attempt = find("register_vehicle").attempt(checkpoints);
                attempt.swap("vehicle", Car::new("car").vehicle).send()
            },
        ),
        Case::new(
            "a loan is written again to reset what is owed",
            "originate",
            E::VehicleHasLoan,
            |checkpoints| checkpoints.at(Checkpoint::Fresh).originate(),
        ),
        Case::new(
            "a second loan is written on a car that has one",
            "originate",
            E::VehicleHasLoan,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Fresh);
                let lender = fixture.lender_account();
                let (vehicle, program) = (fixture.keys.vehicle, fixture.keys.token_program);
                fixture.keys = build::LoanKeys::new(fixture.lender, &lender, vehicle, 1, program);
                fixture.originate()
            },
        ),
        Case::new(
            "a loan is written with the escrow of another",
            "originate",
            ErrorCode::ConstraintSeeds,
            |checkpoints| {
                let attempt = find("originate").attempt(checkpoints);
                let sibling = latchkey_tests_svm::checkpoint::keys_of(
                    &attempt.fixture,
                    latchkey_tests_svm::checkpoint::Other::Sibling,
                );
                attempt.swap("escrow", sibling.escrow).send()
            },
        ),
        Case::new(
            "an invocation is asked for at the address of one that is open",
            "request",
            ErrorCode::ConstraintSeeds,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Asked);
                let lender = Some(fixture.servicer.pubkey());
                let again = build::request(&fixture.keys, fixture.payer.pubkey(), lender, Action::Unlock, 2);
                let (next, open) = (fixture.invocation_key(2), fixture.invocation_key(1));
                send(&mut fixture, &[swap(again, &next, &open)])
            },
        ),
        Case::new(
            "an invocation is asked for under a number far ahead",
            "request",
            ErrorCode::ConstraintSeeds,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Defaulted);
                let ahead =
                    build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, u64::MAX);
                send(&mut fixture, &[ahead])
            },
        ),
    ]
}
