//! Lenders, and the functions they offer.

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::instruction::{AuthorityType, set_authority};
use latchkey::errors::LatchkeyError;
use latchkey::instructions::{InitLenderArgs, MAX_FEE, MAX_LEASE_SECS, MAX_TTL_SECS, SetFunctionArgs};
use latchkey::state::{Action, MAX_KEEPERS, MAX_URI_LEN};
use latchkey_client::instructions::{self as build, init_lender};
use latchkey_client::{Pubkey, pda};
use latchkey_tests_svm::{BOND, Money, Scene, World, fee, floors, person, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

/// What the system program says when it is asked to create an account that exists.
const ALREADY_IN_USE: u32 = 0;

fn nobody_yet() -> Scene {
    let mut world = World::new();
    let money = Money::spl(&mut world);
    Scene::before_lender(world, money)
}

fn args(keepers: Vec<Pubkey>) -> InitLenderArgs {
    InitLenderArgs { servicer: person("servicer").pubkey(), floors: floors(), keepers }
}

fn keys(count: u8) -> Vec<Pubkey> {
    (0..count).map(|n| Pubkey::new_from_array([n; 32])).collect()
}

#[test]
fn a_lender_is_what_its_authority_signed_and_somebody_else_pays() {
    let mut scene = nobody_yet();
    assert_eq!(scene.world.lamports(&scene.authority.pubkey()), 0);
    let told = only_event!(scene.init_lender(args(keys(8))).holds(), LenderInitialised);
    let lender = scene.lender_account();
    assert_eq!((told.lender, told.authority), (scene.lender, scene.authority.pubkey()));
    assert_eq!((lender.authority, lender.first_authority), (told.authority, told.authority));
    assert_eq!((lender.servicer, told.servicer), (scene.servicer.pubkey(), scene.servicer.pubkey()));
    assert_eq!((lender.mint, lender.treasury), (scene.keys.mint, scene.keys.treasury));
    assert_eq!((told.mint, told.treasury), (scene.keys.mint, scene.keys.treasury));
    assert_eq!((lender.floors, &lender.keepers), (told.floors, &told.keepers));
    assert_eq!(
        (lender.vehicles, lender.loans_opened, lender.loans_closed, lender.paused_until),
        (0, 0, 0, 0)
    );
}

#[test]
fn nobody_becomes_a_lender_without_signing() {
    let mut scene = nobody_yet();
    let mut instruction = init_lender(&scene.lender_parties(), args(Vec::new()));
    for meta in &mut instruction.accounts {
        meta.is_signer &= meta.pubkey != scene.authority.pubkey();
    }
    scene.world.send(&[instruction], &[&scene.payer]).breaks_constraint(ErrorCode::AccountNotSigner);
}

#[test]
fn a_lender_is_created_once() {
    let mut scene = nobody_yet();
    scene.init_lender(args(Vec::new())).holds();
    scene.init_lender(args(Vec::new())).breaks_elsewhere(ALREADY_IN_USE);
}

#[test]
fn a_lender_can_be_created_where_somebody_sent_lamports_before() {
    let mut scene = nobody_yet();
    let rent = scene.world.rent(0);
    scene.world.airdrop(&scene.lender, rent);
    scene.init_lender(args(Vec::new())).holds();
}

#[test]
fn an_allow_list_holds_eight_distinct_keepers() {
    let mut scene = nobody_yet();
    let twice = [keys(3), keys(1)].concat();
    scene.init_lender(args(keys(9))).breaks(LatchkeyError::InvalidKeepers);
    scene.init_lender(args(twice)).breaks(LatchkeyError::InvalidKeepers);
    scene.init_lender(args(keys(8))).holds();
    assert_eq!(scene.lender_account().keepers.len(), MAX_KEEPERS);
}

#[test]
fn a_treasury_is_the_authoritys_own_account_of_the_mint_that_nobody_else_can_close() {
    let mut scene = nobody_yet();
    let parties = scene.lender_parties();
    let refuse = |scene: &mut Scene, parties: &build::InitLender| {
        let instruction = init_lender(parties, args(Vec::new()));
        let signers = [&scene.payer, &scene.authority];
        scene.world.send(&[instruction], &signers).breaks(LatchkeyError::InvalidTreasury);
    };
    let of_the_borrower = scene.savings;
    refuse(&mut scene, &build::InitLender { treasury: of_the_borrower, ..parties });

    let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
    let of_another_mint = other.open(&mut scene.world, &scene.authority.pubkey(), 0);
    refuse(&mut scene, &build::InitLender { treasury: of_another_mint, ..parties });

    let (closer, authority) = (scene.stranger.pubkey(), scene.authority.pubkey());
    let hand_over = set_authority(
        &scene.keys.token_program,
        &scene.keys.treasury,
        Some(&closer),
        AuthorityType::CloseAccount,
        &authority,
        &[],
    );
    scene.world.send(&[hand_over.unwrap()], &[&scene.authority]).holds();
    refuse(&mut scene, &parties);
}

#[test]
fn a_function_is_what_the_authority_offers_and_each_change_counts() {
    let mut scene = Scene::before_loan();
    let before = scene.function(Action::Lock);
    assert_eq!((before.revision, before.fee, before.bond), (1, fee(Action::Lock), BOND));
    let uri = format!("https://{}", "x".repeat(MAX_URI_LEN - 8));
    let command_key = person("new command key").pubkey();
    let offer = SetFunctionArgs { fee: 1, uri: uri.clone(), command_key, ..scene.offer(Action::Lock) };
    let told = only_event!(scene.set_function(Action::Lock, offer).holds(), FunctionSet);
    let after = scene.function(Action::Lock);
    assert_eq!((told.revision_before, told.revision, after.revision), (1, 2, 2));
    assert_eq!((told.fee_before, told.fee, after.fee), (before.fee, 1, 1));
    assert_eq!((told.command_key_before, told.command_key), (before.command_key, command_key));
    assert_eq!((after.command_key, after.uri), (command_key, uri));
    assert_eq!((told.action, told.lender), (Action::Lock, scene.lender));
    assert_eq!(scene.function(Action::Unlock).revision, 1);
}

#[test]
fn only_the_authority_sets_a_function() {
    let mut scene = Scene::before_loan();
    for other in [&scene.servicer, &scene.stranger] {
        let (payer, lender) = (scene.payer.pubkey(), scene.lender);
        let who = build::SetFunction { payer, authority: other.pubkey(), lender };
        let instruction = build::set_function(&who, Action::Warn, scene.offer(Action::Warn));
        scene.world.send(&[instruction], &[&scene.payer, other]).breaks(LatchkeyError::NotAuthority);
    }
}

#[test]
fn a_function_lies_where_its_action_says() {
    let mut scene = Scene::before_loan();
    let who = build::SetFunction {
        payer: scene.payer.pubkey(),
        authority: scene.authority.pubkey(),
        lender: scene.lender,
    };
    let [warn, lock] = [Action::Warn, Action::Lock].map(|action| pda::function(&scene.lender, action));
    let instruction = swap(build::set_function(&who, Action::Warn, scene.offer(Action::Warn)), &warn, &lock);
    let signers = [&scene.payer, &scene.authority];
    scene.world.send(&[instruction], &signers).breaks_constraint(ErrorCode::ConstraintSeeds);
}

#[test]
fn an_offer_within_its_bounds_is_taken_and_one_step_beyond_refused() {
    let mut scene = Scene::before_loan();
    let mut offer = |change: fn(&mut SetFunctionArgs), rule: Option<LatchkeyError>| {
        let mut args = scene.offer(Action::Warn);
        change(&mut args);
        let outcome = scene.set_function(Action::Warn, args);
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
    offer(|o| o.lease_secs = 0, Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| o.lease_secs = 1, None);
    offer(|o| o.lease_secs = o.ttl_secs, None);
    offer(|o| o.lease_secs = o.ttl_secs + 1, Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| o.ttl_secs = MAX_TTL_SECS, None);
    offer(|o| (o.lease_secs, o.ttl_secs) = (MAX_LEASE_SECS, MAX_TTL_SECS), None);
    offer(
        |o| (o.lease_secs, o.ttl_secs) = (MAX_LEASE_SECS + 1, MAX_TTL_SECS),
        Some(LatchkeyError::InvalidFunctionTimes),
    );
    offer(|o| o.ttl_secs = MAX_TTL_SECS + 1, Some(LatchkeyError::InvalidFunctionTimes));
    offer(|o| o.uri = "https://".into(), None);
    offer(|o| o.uri = "http://example.org".into(), Some(LatchkeyError::UriNotHttps));
    offer(|o| o.uri = format!("https://{}", "x".repeat(MAX_URI_LEN - 7)), Some(LatchkeyError::UriTooLong));
    offer(|o| o.command_key = Pubkey::default(), Some(LatchkeyError::InvalidCommandKey));
}
