//! Taking the lamports that are set aside for function calls.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::SetFunctionArgs;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Other, keys_of};
use latchkey_tests_svm::doors::{find, send};
use latchkey_tests_svm::{Expected, fee, person, swap};
use solana_sdk::signer::Signer;

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for who in ["servicer", "borrower", "stranger", "keeper"] {
        cases.push(Case::new(
            format!("the {who} withdraws"),
            "withdraw_escrow",
            E::NotAuthority,
            move |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Fresh);
                let call = build::withdraw_escrow(&fixture.keys, person(who).pubkey(), 1);
                send(&mut fixture, &[call])
            },
        ));
    }
    cases.push(Case::new(
        "a lender withdraws from another lender's loan",
        "withdraw_escrow",
        E::WrongLender,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let thief = person("foreign authority").pubkey();
            let own = keys_of(&fixture, Other::Foreign).lender;
            let call = swap(build::withdraw_escrow(&fixture.keys, thief, 1), &fixture.lender, &own);
            send(&mut fixture, &[call])
        },
    ));
    cases.push(Case::new(
        "a lender withdraws from another's escrow through a loan of its own",
        "withdraw_escrow",
        E::WrongLoan,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let thief = person("foreign authority").pubkey();
            let own = keys_of(&fixture, Other::Foreign);
            let call = swap(build::withdraw_escrow(&own, thief, 1), &own.escrow, &fixture.keys.escrow);
            send(&mut fixture, &[call])
        },
    ));
    for (what, more, rule) in [
        ("one lamport of the unlock's reserve", 1, E::EscrowShort),
        ("the whole reserve", fee(Action::Unlock), E::EscrowShort),
        ("the account's rent too", fee(Action::Unlock) + 1, E::EscrowShort),
    ] {
        cases.push(Case::new(
            format!("the lender takes {what}"),
            "withdraw_escrow",
            rule,
            move |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Fresh);
                let free = fixture.available() - fee(Action::Unlock);
                fixture.withdraw_escrow(free + more)
            },
        ));
    }
    cases.push(Case::new(
        "the lender takes the reserve of a locked car",
        "withdraw_escrow",
        E::EscrowShort,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            let all = fixture.available();
            fixture.withdraw_escrow(all)
        },
    ));
    cases.push(Case::new("the lender withdraws nothing", "withdraw_escrow", E::ZeroAmount, |checkpoints| {
        checkpoints.at(Checkpoint::Fresh).withdraw_escrow(0)
    }));
    cases.push(Case::new(
        "an escrow emptied to what one lock costs",
        "request",
        E::EscrowShort,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Defaulted);
            let keep = fee(Action::Lock) - 1 + fee(Action::Unlock);
            let free = fixture.available() - keep;
            fixture.withdraw_escrow(free).holds();
            fixture.request(Action::Lock)
        },
    ));
    cases.push(Case::new(
        "an escrow emptied to what one warning costs",
        "request",
        E::EscrowShort,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            let keep = fee(Action::Warn) - 1 + fee(Action::Unlock);
            let free = fixture.available() - keep;
            fixture.withdraw_escrow(free).holds();
            fixture.request(Action::Warn)
        },
    ));
    cases.push(Case::new(
        "a keeper earns by one warning after another",
        "request",
        E::AlreadyWarned,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            fixture.request(Action::Warn).holds();
            fixture.fulfil(1);
            fixture.request(Action::Warn)
        },
    ));
    cases.push(Case::new(
        "a keeper earns by one lock after another",
        "request",
        E::LockStands,
        |checkpoints| checkpoints.at(Checkpoint::Locked).request(Action::Lock),
    ));
    cases.push(Case::new(
        "a keeper earns by one unlock after another",
        "request",
        E::NothingToUnlock,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Cured);
            fixture.request(Action::Unlock).holds();
            fixture.fulfil(2);
            fixture.request(Action::Unlock)
        },
    ));
    cases.push(Case::new(
        "a keeper earns by unlocks of a car that is not locked",
        "request",
        E::NothingToUnlock,
        |checkpoints| checkpoints.at(Checkpoint::Fresh).request(Action::Unlock),
    ));
    cases.push(Case::new(
        "a borrower earns by unlocks of a car that is not locked",
        "confirm",
        Expected::Harmless,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let borrower = fixture.borrower.insecure_clone();
            let before = fixture.available();
            fixture.request_as(&borrower, Action::Unlock).holds();
            let receipt = fixture.receipt(1);
            let outcome = fixture.confirm_by(&borrower, &receipt);
            assert_eq!(fixture.available(), before, "an unlock without a lock is free");
            outcome
        },
    ));
    cases.push(Case::new(
        "an unlock's fee is paid a second time on the same receipt",
        "confirm",
        ErrorCode::AccountNotInitialized,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Unlocking);
            let receipt = fixture.receipt(2);
            let [proof, call] = fixture.confirmation(&fixture.car.sign(&receipt.encode()));
            fixture.confirm(&receipt).holds();
            send(&mut fixture, &[proof, call])
        },
    ));
    cases.push(Case::new(
        "an escrow keeps no unlock after one lock, by the fee the lender raised since",
        "request",
        Expected::Harmless,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Cured);
            let offer = fixture.offer(Action::Unlock);
            fixture.set_function(Action::Unlock, SetFunctionArgs { fee: 1_000_000_000, ..offer }).holds();
            let free = fixture.available() - fee(Action::Unlock);
            fixture.withdraw_escrow(free).holds();
            let outcome = fixture.request(Action::Unlock);
            assert_eq!(fixture.invocation(2).fee, fee(Action::Unlock), "the loan pins the fee");
            outcome
        },
    ));
    cases.push(Case::new("two requests at once for one fee", "request", E::InvocationOpen, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Defaulted);
        let payer = fixture.payer.pubkey();
        let both = [1, 2].map(|seq| build::request(&fixture.keys, payer, None, Action::Lock, seq));
        send(&mut fixture, &both)
    }));
    cases.push(Case::new(
        "an expired call's rent goes to a thief",
        "expire",
        E::WrongRecipient,
        |checkpoints| {
            let attempt = find("expire").attempt(checkpoints);
            let thief = attempt.fixture.stranger.pubkey();
            attempt.swap("rent_payer", thief).send()
        },
    ));
    cases.push(Case::new("an expired call's fee goes to a sibling", "expire", E::WrongLoan, |checkpoints| {
        let attempt = find("expire").attempt(checkpoints);
        let sibling = keys_of(&attempt.fixture, Other::Sibling);
        attempt.swap("escrow", sibling.escrow).swap("loan", sibling.loan).send()
    }));
    cases.push(Case::new(
        "a confirmed call's rent goes to a thief",
        "confirm",
        E::WrongRecipient,
        |checkpoints| {
            let attempt = find("confirm").attempt(checkpoints);
            let thief = attempt.fixture.stranger.pubkey();
            attempt.swap("rent_payer", thief).send()
        },
    ));
    for (account, what) in [("authority", "the rest of the escrow"), ("rent_payer", "the rent")] {
        cases.push(Case::new(
            format!("{what} goes to a thief"),
            "close_loan",
            E::WrongRecipient,
            move |checkpoints| {
                let attempt = find("close_loan").attempt(checkpoints);
                let thief = attempt.fixture.stranger.pubkey();
                attempt.swap(account, thief).send()
            },
        ));
    }
    cases.push(Case::new(
        "the rest of the wallet goes to a thief",
        "close_loan",
        E::WrongRecipient,
        |checkpoints| {
            let attempt = find("close_loan").attempt(checkpoints);
            let thief = attempt.fixture.seller;
            attempt.swap("borrower_tokens", thief).send()
        },
    ));
    cases.push(Case::new(
        "an escrow starts one lamport short",
        "originate",
        E::EscrowTooSmall,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
            let short = fixture.origination(fixture.terms, fixture.fees() - 1);
            fixture.sign_origination(short)
        },
    ));
    cases.push(Case::new("an escrow starts empty", "originate", E::EscrowTooSmall, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
        let short = fixture.origination(fixture.terms, 0);
        fixture.sign_origination(short)
    }));
    cases.push(Case::new(
        "an empty escrow keeps a car locked",
        "request",
        Expected::Harmless,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Cured);
            let free = fixture.available() - fee(Action::Unlock);
            fixture.withdraw_escrow(free).holds();
            fixture.request(Action::Unlock)
        },
    ));
    cases
}
