//! Taking the lamports that are set aside for function calls.

use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{fee, person, swap};
use solana_sdk::signer::Signer;

use crate::door::{find, send};
use crate::stage::{Other, Stage, keys_of};
use crate::suite::{Case, Expected};

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for who in ["servicer", "borrower", "stranger", "keeper"] {
        cases.push(Case::new(
            format!("the {who} withdraws"),
            "withdraw_escrow",
            E::NotAuthority,
            move |stages| {
                let mut scene = stages.at(Stage::Fresh);
                let call = build::withdraw_escrow(&scene.keys, person(who).pubkey(), 1);
                send(&mut scene, &[call])
            },
        ));
    }
    cases.push(Case::new(
        "a lender withdraws from another lender's loan",
        "withdraw_escrow",
        E::WrongLender,
        |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let thief = person("foreign authority").pubkey();
            let own = keys_of(&scene, Other::Foreign).lender;
            let call = swap(build::withdraw_escrow(&scene.keys, thief, 1), &scene.lender, &own);
            send(&mut scene, &[call])
        },
    ));
    cases.push(Case::new(
        "a lender withdraws from another's escrow through a loan of its own",
        "withdraw_escrow",
        E::WrongLoan,
        |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let thief = person("foreign authority").pubkey();
            let own = keys_of(&scene, Other::Foreign);
            let call = swap(build::withdraw_escrow(&own, thief, 1), &own.escrow, &scene.keys.escrow);
            send(&mut scene, &[call])
        },
    ));
    for (what, more, rule) in [
        ("one lamport of the unlock's reserve", 1, E::EscrowShort),
        ("the whole reserve", fee(Action::Unlock), E::EscrowShort),
        ("the account's rent too", fee(Action::Unlock) + 1, E::EscrowShort),
    ] {
        cases.push(Case::new(format!("the lender takes {what}"), "withdraw_escrow", rule, move |stages| {
            let mut scene = stages.at(Stage::Fresh);
            let free = scene.available() - fee(Action::Unlock);
            scene.withdraw_escrow(free + more)
        }));
    }
    cases.push(Case::new(
        "the lender takes the reserve of a locked car",
        "withdraw_escrow",
        E::EscrowShort,
        |stages| {
            let mut scene = stages.at(Stage::Locked);
            let all = scene.available();
            scene.withdraw_escrow(all)
        },
    ));
    cases.push(Case::new("the lender withdraws nothing", "withdraw_escrow", E::ZeroAmount, |stages| {
        stages.at(Stage::Fresh).withdraw_escrow(0)
    }));
    cases.push(Case::new("an escrow emptied to what one lock costs", "request", E::EscrowShort, |stages| {
        let mut scene = stages.at(Stage::Defaulted);
        let keep = fee(Action::Lock) - 1 + fee(Action::Unlock);
        let free = scene.available() - keep;
        scene.withdraw_escrow(free).holds();
        scene.request(Action::Lock)
    }));
    cases.push(Case::new(
        "an escrow emptied to what one warning costs",
        "request",
        E::EscrowShort,
        |stages| {
            let mut scene = stages.at(Stage::Due);
            let keep = fee(Action::Warn) - 1 + fee(Action::Unlock);
            let free = scene.available() - keep;
            scene.withdraw_escrow(free).holds();
            scene.request(Action::Warn)
        },
    ));
    cases.push(Case::new(
        "a keeper earns by one warning after another",
        "request",
        E::AlreadyWarned,
        |stages| {
            let mut scene = stages.at(Stage::Due);
            scene.request(Action::Warn).holds();
            scene.fulfil(1);
            scene.request(Action::Warn)
        },
    ));
    cases.push(Case::new("a keeper earns by one lock after another", "request", E::LockStands, |stages| {
        stages.at(Stage::Locked).request(Action::Lock)
    }));
    cases.push(Case::new(
        "a keeper earns by one unlock after another",
        "request",
        E::NothingToUnlock,
        |stages| {
            let mut scene = stages.at(Stage::Cured);
            scene.request(Action::Unlock).holds();
            scene.fulfil(2);
            scene.request(Action::Unlock)
        },
    ));
    cases.push(Case::new(
        "a keeper earns by unlocks of a car nobody locked",
        "request",
        E::NothingToUnlock,
        |stages| stages.at(Stage::Fresh).request(Action::Unlock),
    ));
    cases.push(Case::new("two requests at once for one fee", "request", E::InvocationOpen, |stages| {
        let mut scene = stages.at(Stage::Defaulted);
        let payer = scene.payer.pubkey();
        let both = [1, 2].map(|seq| build::request(&scene.keys, payer, None, Action::Lock, seq));
        send(&mut scene, &both)
    }));
    cases.push(Case::new("an expired call's rent goes to a thief", "expire", E::WrongRecipient, |stages| {
        let attempt = find("expire").attempt(stages);
        let thief = attempt.scene.stranger.pubkey();
        attempt.swap("rent_payer", thief).send()
    }));
    cases.push(Case::new("an expired call's fee goes to a sibling", "expire", E::WrongLoan, |stages| {
        let attempt = find("expire").attempt(stages);
        let sibling = keys_of(&attempt.scene, Other::Sibling);
        attempt.swap("escrow", sibling.escrow).swap("loan", sibling.loan).send()
    }));
    cases.push(Case::new(
        "a confirmed call's rent goes to a thief",
        "confirm",
        E::WrongRecipient,
        |stages| {
            let attempt = find("confirm").attempt(stages);
            let thief = attempt.scene.stranger.pubkey();
            attempt.swap("rent_payer", thief).send()
        },
    ));
    for (account, what) in [("authority", "the rest of the escrow"), ("rent_payer", "the rent")] {
        cases.push(Case::new(
            format!("{what} goes to a thief"),
            "close_loan",
            E::WrongRecipient,
            move |stages| {
                let attempt = find("close_loan").attempt(stages);
                let thief = attempt.scene.stranger.pubkey();
                attempt.swap(account, thief).send()
            },
        ));
    }
    cases.push(Case::new(
        "the rest of the wallet goes to a thief",
        "close_loan",
        E::WrongRecipient,
        |stages| {
            let attempt = find("close_loan").attempt(stages);
            let thief = attempt.scene.seller;
            attempt.swap("borrower_tokens", thief).send()
        },
    ));
    cases.push(Case::new("an escrow starts one lamport short", "originate", E::EscrowTooSmall, |stages| {
        let mut scene = stages.at(Stage::BeforeLoan);
        let short = scene.origination(scene.terms, scene.fees() - 1);
        scene.sign_origination(short)
    }));
    cases.push(Case::new("an escrow starts empty", "originate", E::EscrowTooSmall, |stages| {
        let mut scene = stages.at(Stage::BeforeLoan);
        let short = scene.origination(scene.terms, 0);
        scene.sign_origination(short)
    }));
    cases.push(Case::new("an empty escrow keeps a car locked", "request", Expected::Harmless, |stages| {
        let mut scene = stages.at(Stage::Cured);
        let free = scene.available() - fee(Action::Unlock);
        scene.withdraw_escrow(free).holds();
        scene.request(Action::Unlock)
    }));
    cases
}
