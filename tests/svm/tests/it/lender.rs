//! Lenders, and the functions they offer.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::instructions::{
    CommandKey, InitLenderArgs, MAX_FEE, MAX_LEASE_SECS, MAX_TTL_SECS, MIN_LEASE_SECS, MIN_UNLOCK_TTL_SECS,
    SetFunctionArgs,
};
use latchkey::state::{Action, MAX_KEEPERS, MAX_URI_LEN};
use latchkey_client::instructions::{self as build, init_lender};
use latchkey_client::{Pubkey, pda};
use latchkey_tests_svm::{BOND, LoanFixture, Money, TestChain, fee, floors, person, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

/// What the system program says when it is asked to create an account that exists.
const ALREADY_IN_USE: u32 = 0;

fn nobody_yet() -> LoanFixture {
    let mut chain = TestChain::new();
    let money = Money::spl(&mut chain);
    LoanFixture::before_lender(chain, money)
}

fn args(keepers: Vec<Pubkey>) -> InitLenderArgs {
    InitLenderArgs { servicer: person("servicer").pubkey(), floors: floors(), keepers }
}

fn keys(count: u8) -> Vec<Pubkey> {
    (0..count).map(|n| Pubkey::new_from_array([n; 32])).collect()
}

#[test]
fn a_lender_is_what_its_authority_signed_and_somebody_else_pays() {
    let mut fixture = nobody_yet();
    assert_eq!(fixture.chain.lamports(&fixture.authority.pubkey()), 0);
    let told = only_event!(fixture.init_lender(args(keys(8))).holds(), LenderInitialised);
    let lender = fixture.lender_account();
    assert_eq!((told.lender, told.authority), (fixture.lender, fixture.authority.pubkey()));
    assert_eq!((lender.authority, lender.first_authority), (told.authority, told.authority));
    assert_eq!((lender.servicer, told.servicer), (fixture.servicer.pubkey(), fixture.servicer.pubkey()));
    assert_eq!((lender.mint, lender.treasury), (fixture.keys.mint, fixture.keys.treasury));
    assert_eq!((told.mint, told.treasury), (fixture.keys.mint, fixture.keys.treasury));
    assert_eq!((lender.floors, &lender.keepers), (told.floors, &told.keepers));
    assert_eq!(
        (lender.vehicles, lender.loans_opened, lender.loans_closed, lender.paused_until),
        (0, 0, 0, 0)
    );
}

#[test]
fn nobody_becomes_a_lender_without_signing() {
    let mut fixture = nobody_yet();
    let mut instruction = init_lender(&fixture.lender_parties(), args(Vec::new()));
    for meta in &mut instruction.accounts {
        meta.is_signer &= meta.pubkey != fixture.authority.pubkey();
    }
    fixture.chain.send(&[instruction], &[&fixture.payer]).breaks_constraint(ErrorCode::AccountNotSigner);
}

#[test]
fn a_lender_is_created_once() {
    let mut fixture = nobody_yet();
    fixture.init_lender(args(Vec::new())).holds();
    fixture.init_lender(args(Vec::new())).breaks_elsewhere(ALREADY_IN_USE);
}

#[test]
fn a_lender_can_be_created_where_somebody_sent_lamports_before() {
    let mut fixture = nobody_yet();
    let rent = fixture.chain.rent(0);
    fixture.chain.airdrop(&fixture.lender, rent);
    fixture.init_lender(args(Vec::new())).holds();
}

#[test]
fn an_allow_list_holds_eight_distinct_keepers() {
    let mut fixture = nobody_yet();
    let twice = [keys(3), keys(1)].concat();
    fixture.init_lender(args(keys(9))).breaks(LatchkeyError::InvalidKeepers);
    fixture.init_lender(args(twice)).breaks(LatchkeyError::InvalidKeepers);
    fixture.init_lender(args(keys(8))).holds();
    assert_eq!(fixture.lender_account().keepers.len(), MAX_KEEPERS);
}

#[test]
fn a_treasury_is_the_authoritys_associated_account_of_the_mint_and_no_other() {
    let mut fixture = nobody_yet();
    let parties = fixture.lender_parties();
    let refuse = |fixture: &mut LoanFixture, parties: &build::InitLender| {
        let instruction = init_lender(parties, args(Vec::new()));
        let signers = [&fixture.payer, &fixture.authority];
        fixture.chain.send(&[instruction], &signers).breaks(LatchkeyError::InvalidTreasury);
    };
    let of_the_borrower = fixture.savings;
    refuse(&mut fixture, &build::InitLender { treasury: of_the_borrower, ..parties });

    let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
    let of_another_mint = other.open(&mut fixture.chain, &fixture.authority.pubkey(), 0);
    refuse(&mut fixture, &build::InitLender { treasury: of_another_mint, ..parties });

    // Anyone can create it, so whether it is there says nothing.
    let LoanFixture { chain, money, keys, authority, .. } = &mut fixture;
    money.empty_and_close(chain, &keys.treasury, authority);
    fixture.init_lender(args(Vec::new())).holds();
}

#[test]
fn a_function_is_what_the_authority_offers_and_each_change_counts() {
    let mut fixture = LoanFixture::before_loan();
    let before = fixture.function(Action::Lock);
    assert_eq!((before.revision, before.fee, before.bond), (1, fee(Action::Lock), BOND));
    let uri = format!("https://{}", "x".repeat(MAX_URI_LEN - 8));
    let [first, second, third] = [1, 2, 3].map(|n| Pubkey::new_from_array([n; 32]));
    let command_keys = vec![
        CommandKey { key: first, uri: uri.clone() },
        CommandKey { key: second, uri: String::new() },
        CommandKey { key: third, uri: "https://third.example".into() },
    ];
    let offer = SetFunctionArgs { fee: 1, required: 2, command_keys, ..fixture.offer(Action::Lock) };
    let told = only_event!(fixture.set_function(Action::Lock, offer).holds(), FunctionSet);
    let after = fixture.function(Action::Lock);
    assert_eq!((told.revision_before, told.revision, after.revision), (1, 2, 2));
    assert_eq!((told.fee_before, told.fee, after.fee), (before.fee, 1, 1));
    assert_eq!((told.command_keys_before, told.command_keys), (before.command_keys, [first, second, third]));
    assert_eq!((told.required, after.required), (2, 2));
    let keys: Vec<_> = after.command_keys().collect();
    assert_eq!(keys, [(first, &*uri), (second, ""), (third, "https://third.example")]);
    assert_eq!((told.action, told.lender), (Action::Lock, fixture.lender));
    assert_eq!(fixture.function(Action::Unlock).revision, 1);
}

#[test]
fn only_the_authority_sets_a_function() {
    let mut fixture = LoanFixture::before_loan();
    for other in [&fixture.servicer, &fixture.stranger] {
        let (payer, lender) = (fixture.payer.pubkey(), fixture.lender);
        let who = build::SetFunction { payer, authority: other.pubkey(), lender };
        let instruction = build::set_function(&who, Action::Warn, fixture.offer(Action::Warn));
        fixture.chain.send(&[instruction], &[&fixture.payer, other]).breaks(LatchkeyError::NotAuthority);
    }
}

#[test]
fn a_function_lies_where_its_action_says() {
    let mut fixture = LoanFixture::before_loan();
    let who = build::SetFunction {
        payer: fixture.payer.pubkey(),
        authority: fixture.authority.pubkey(),
        lender: fixture.lender,
    };
    let [warn, lock] = [Action::Warn, Action::Lock].map(|action| pda::function(&fixture.lender, action));
    let instruction =
        swap(build::set_function(&who, Action::Warn, fixture.offer(Action::Warn)), &warn, &lock);
    let signers = [&fixture.payer, &fixture.authority];
    fixture.chain.send(&[instruction], &signers).breaks_constraint(ErrorCode::ConstraintSeeds);
}

#[test]
fn an_offer_within_its_bounds_is_taken_and_one_step_beyond_refused() {
    let mut fixture = LoanFixture::before_loan();
    let mut offer = |change: fn(&mut SetFunctionArgs), rule: Option<LatchkeyError>| {
        let mut args = fixture.offer(Action::Warn);
        change(&mut args);
        let outcome = fixture.set_function(Action::Warn, args);
        match rule {
            None => drop(outcome.holds()),
            Some(rule) => outcome.breaks(rule),
        }
    };
    offer(|o| o.fee = 0, Some(LatchkeyError::InvalidFunctionFee));
    offer(|o| o.fee = 1, None);
    offer(|o| o.fee = MAX_FEE, None);
    offer(|o| o.fee = MAX_FEE + 1, Some(LatchkeyError::InvalidFunctionFee));
    offer(|o| o.bond = 0, None);
    offer(|o| o.bond = MAX_FEE, None);
    offer(|o| o.bond = MAX_FEE + 1, Some(LatchkeyError::InvalidFunctionFee));
    offer(|o| o.lease_secs = MIN_LEASE_SECS - 1, Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| o.lease_secs = MIN_LEASE_SECS, None);
    offer(|o| o.lease_secs = MAX_LEASE_SECS, None);
    offer(|o| o.lease_secs = MAX_LEASE_SECS + 1, Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| (o.lease_secs, o.ttl_secs) = (60, 60), None);
    offer(|o| (o.lease_secs, o.ttl_secs) = (60, 59), Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| o.ttl_secs = MAX_TTL_SECS, None);
    offer(|o| o.ttl_secs = MAX_TTL_SECS + 1, Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| o.command_keys[0].uri = "https://".into(), None);
    offer(|o| o.command_keys[0].uri = "http://example.org".into(), Some(LatchkeyError::UriNotHttps));
    offer(
        |o| o.command_keys[0].uri = format!("https://{}", "x".repeat(MAX_URI_LEN - 7)),
        Some(LatchkeyError::UriTooLong),
    );
}

fn with_keys(count: u8, required: u8) -> impl Fn(&mut SetFunctionArgs) {
    move |offer| {
        offer.required = required;
        offer.command_keys =
            keys(count + 1).into_iter().skip(1).map(|key| CommandKey { key, uri: String::new() }).collect();
    }
}

#[test]
fn a_function_has_one_to_three_distinct_keys_of_which_one_to_all_sign() {
    let mut fixture = LoanFixture::before_loan();
    let mut offer = |action, change: &dyn Fn(&mut SetFunctionArgs), fits: bool| {
        let mut args = fixture.offer(action);
        change(&mut args);
        let outcome = fixture.set_function(action, args);
        if fits { drop(outcome.holds()) } else { outcome.breaks(LatchkeyError::InvalidCommandKeys) }
    };
    for (count, required, fits) in [
        (0, 0, false),
        (0, 1, false),
        (1, 0, false),
        (1, 1, true),
        (1, 2, false),
        (3, 1, true),
        (3, 3, true),
        (3, 4, false),
        (4, 1, false),
    ] {
        offer(Action::Lock, &with_keys(count, required), fits);
        // Of an unlock's keys just one signs.
        offer(Action::Unlock, &with_keys(count, required), fits && required == 1);
    }
    offer(Action::Lock, &|o| o.command_keys[0].key = Pubkey::default(), false);
    offer(Action::Lock, &|o| o.command_keys = [&o.command_keys[..], &o.command_keys[..]].concat(), false);
}

#[test]
fn an_unlock_lives_an_hour_at_least_to_the_second() {
    let mut fixture = LoanFixture::before_loan();
    let offer = fixture.offer(Action::Unlock);
    let short = SetFunctionArgs { ttl_secs: MIN_UNLOCK_TTL_SECS - 1, ..offer.clone() };
    fixture.set_function(Action::Unlock, short).breaks(LatchkeyError::InvalidFunctionTimes);
    let just = SetFunctionArgs { ttl_secs: MIN_UNLOCK_TTL_SECS, ..offer };
    fixture.set_function(Action::Unlock, just).holds();
}
