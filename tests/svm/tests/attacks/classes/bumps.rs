//! A second address for what has one: the same seeds with another bump.

use anchor_lang::error::ErrorCode;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_client::{Pubkey, pda};
use latchkey_tests_svm::checkpoint::Checkpoint;
use latchkey_tests_svm::doors::{Attempt, Door, doors, find, send};
use latchkey_tests_svm::swap;
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// The address at the next lower bump than the canonical one.
fn below(seeds: &[&[u8]]) -> Pubkey {
    let (_, canonical) = Pubkey::find_program_address(seeds, &latchkey::ID);
    (0..canonical)
        .rev()
        .find_map(|bump| {
            let all: Vec<&[u8]> = seeds.iter().copied().chain([std::slice::from_ref(&bump)]).collect();
            Pubkey::create_program_address(&all, &latchkey::ID).ok()
        })
        .expect("half of all bumps are good")
}

/// The second address of an account of the instruction.
fn second(attempt: &mut Attempt, account: &str) -> Pubkey {
    let fixture = &attempt.fixture;
    let (lender, vehicle, loan) = (fixture.lender, fixture.keys.vehicle, fixture.keys.loan);
    match account {
        "lender" => below(&[b"lender", attempt.account("authority").as_ref()]),
        "function" => below(&[b"function", lender.as_ref(), &[Action::Lock as u8]]),
        "vehicle" => {
            let key = latchkey_tests_svm::Car::new("new car").device_key();
            below(&[b"vehicle", key.as_ref()])
        }
        "loan" => below(&[b"loan", vehicle.as_ref(), &0_u32.to_le_bytes()]),
        "escrow" => below(&[b"escrow", loan.as_ref()]),
        "invocation" => below(&[b"invocation", vehicle.as_ref(), &1_u64.to_le_bytes()]),
        other => unreachable!("{other} has no seeds"),
    }
}

/// Accounts that are created at a second address. The wallet is the associated token program's.
fn created() -> impl Iterator<Item = (&'static Door, &'static str)> {
    let doors = doors().filter(|door| door.of.is_empty() || door.of == "a lock");
    let all = doors.flat_map(|door| door.creates.iter().map(move |account| (door, *account)));
    all.filter(|(_, account)| *account != "wallet")
}

/// Accounts that are read at a second address, where a copy of the true one lies, as if the program had put it there.
fn read() -> impl Iterator<Item = (&'static Door, &'static str)> {
    [(find("fund_escrow"), "escrow")].into_iter()
}

pub fn cases() -> Vec<Case> {
    let expected = ErrorCode::ConstraintSeeds;
    let created = created().map(|(door, account)| {
        let name = format!("{} creates its {account} at a second bump", door.name);
        Case::new(name, door.name, expected, move |checkpoints| {
            let mut attempt = door.attempt(checkpoints);
            let other = second(&mut attempt, account);
            if (door.name, account) == ("originate", "loan") {
                // The wallet of that second loan: the associated token program creates no other one for it.
                let wallet = pda::wallet(&other, &attempt.account("mint"), &attempt.account("token_program"));
                attempt = attempt.swap("wallet", wallet);
            }
            attempt.swap(account, other).send()
        })
    });
    let read = read().map(|(door, account)| {
        let name = format!("{} reads its {account} at a second bump", door.name);
        Case::new(name, door.name, expected, move |checkpoints| {
            let mut attempt = door.attempt(checkpoints);
            let (true_one, other) = (attempt.account(account), second(&mut attempt, account));
            let svm = attempt.fixture.chain.svm();
            let copy = svm.get_account(&true_one).expect("it exists");
            svm.set_account(other, copy).expect("it keeps its rent");
            attempt.swap(account, other).send()
        })
    });
    // A loan and a sale know a function by its lender and action alone, so none may come to be at a second address.
    let functions = Action::ALL.map(|action| {
        let name = format!("set_function creates a second {action} at another bump");
        Case::new(name, "set_function", expected, move |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let (payer, authority, lender) =
                (fixture.payer.pubkey(), fixture.authority.pubkey(), fixture.lender);
            let who = build::SetFunction { payer, authority, lender };
            let call = build::set_function(&who, action, fixture.offer(action));
            let other = below(&[b"function", lender.as_ref(), &[action as u8]]);
            send(&mut fixture, &[swap(call, &pda::function(&lender, action), &other)])
        })
    });
    created.chain(read).chain(functions).collect()
}
