//! Who owns a lender, and how it changes hands: nominated by one, accepted by the other.

use anchor_spl::token_2022::spl_token_2022::instruction::{AuthorityType, set_authority};
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, NoticeChannels};
use latchkey_client::events::Event;
use latchkey_client::instructions as build;
use latchkey_client::{Instruction, Pubkey};
use latchkey_tests_svm::{Money, Scene, due, floors, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A lender whose authority has nominated another, and the nominee's treasury.
fn nominated() -> (Scene, Keypair, Pubkey) {
    let mut scene = Scene::new();
    let nominee = person("nominee");
    let Scene { world, money, .. } = &mut scene;
    let treasury = money.open(world, &nominee.pubkey(), 0);
    scene.nominate(Some(nominee.pubkey())).holds();
    (scene, nominee, treasury)
}

/// Everything the lender's side may sign, by this key.
fn daily_work(scene: &Scene, signer: Pubkey) -> Vec<Instruction> {
    let keys = &scene.keys;
    vec![
        build::pause(scene.lender, signer, 1),
        build::unpause(scene.lender, signer),
        build::serve_notice(keys, signer, [1; 32], NoticeChannels::MAIL),
        build::place_hold(keys, signer, due(9)),
        build::lift_hold(keys, signer, scene.borrower.pubkey()),
        build::extend(keys, signer, scene.borrower.pubkey()),
        build::waive_fees(keys, signer, 1),
        build::charge_off(keys, signer),
        build::retire_vehicle(scene.lender, keys.vehicle, signer),
        build::request(keys, scene.payer.pubkey(), Some(signer), Action::Unlock, 1),
    ]
}

/// What only the authority may sign, by this key.
fn authoritys_own(scene: &Scene, signer: Pubkey) -> Vec<Instruction> {
    let who = build::SetFunction { payer: scene.payer.pubkey(), authority: signer, lender: scene.lender };
    vec![
        build::set_policy(scene.lender, signer, floors()),
        build::nominate_authority(scene.lender, signer, None),
        build::set_servicer(scene.lender, signer, signer),
        build::set_keepers(scene.lender, signer, Vec::new()),
        build::set_function(&who, Action::Warn, scene.offer(Action::Warn)),
        build::withdraw_escrow(&scene.keys, signer, 1),
    ]
}

#[track_caller]
fn all_break(scene: &mut Scene, instructions: Vec<Instruction>, signer: &Keypair, rule: LatchkeyError) {
    for instruction in instructions {
        let asked: Vec<_> =
            instruction.accounts.iter().filter(|it| it.is_signer).map(|it| it.pubkey).collect();
        let signers: Vec<_> = [&scene.payer, &scene.borrower, signer]
            .into_iter()
            .filter(|it| asked.contains(&it.pubkey()))
            .collect();
        scene.world.send(&[instruction], &signers).breaks(rule);
    }
}

#[test]
fn a_nomination_changes_nothing_and_can_be_changed_and_taken_back() {
    let mut scene = Scene::new();
    let [first, second] = ["first", "second"].map(|name| person(name).pubkey());
    for (before, after) in [(None, Some(first)), (Some(first), Some(second)), (Some(second), None)] {
        let told = only_event!(scene.nominate(after).holds(), AuthorityNominated);
        assert_eq!((told.lender, told.before, told.after), (scene.lender, before, after));
        let lender = scene.lender_account();
        assert_eq!((lender.authority, lender.pending_authority), (scene.authority.pubkey(), after));
    }
}

#[test]
fn an_authority_nominates_somebody_else() {
    let mut scene = Scene::new();
    let authority = scene.authority.pubkey();
    scene.nominate(Some(authority)).breaks(LatchkeyError::InvalidNominee);
}

#[test]
fn the_nominee_takes_over_with_a_treasury_of_its_own() {
    let (mut scene, nominee, treasury) = nominated();
    let before = (scene.authority.pubkey(), scene.keys.treasury);
    let told = only_event!(scene.accept(&nominee, treasury).holds(), AuthorityAccepted);
    assert_eq!((told.lender, told.before, told.treasury_before), (scene.lender, before.0, before.1));
    assert_eq!((told.after, told.treasury_after), (nominee.pubkey(), treasury));
    let lender = scene.lender_account();
    assert_eq!((lender.authority, lender.pending_authority), (nominee.pubkey(), None));
    assert_eq!((lender.treasury, lender.first_authority), (treasury, before.0));
    assert_eq!(lender.servicer, scene.servicer.pubkey());
    // A nomination is used up by accepting.
    scene.accept(&nominee, treasury).breaks(LatchkeyError::NotNominee);
}

#[test]
fn only_the_nominee_accepts() {
    let (mut scene, _, treasury) = nominated();
    for name in ["stranger", "authority", "servicer"] {
        scene.accept(&person(name), treasury).breaks(LatchkeyError::NotNominee);
    }
    scene.nominate(None).holds();
    scene.accept(&person("nominee"), treasury).breaks(LatchkeyError::NotNominee);
}

#[test]
fn a_nominee_brings_its_own_treasury_of_the_lenders_mint_that_nobody_else_can_close() {
    let (mut scene, nominee, treasury) = nominated();
    let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
    let of_another_mint = other.open(&mut scene.world, &nominee.pubkey(), 0);
    for wrong in [scene.keys.treasury, scene.savings, of_another_mint] {
        scene.accept(&nominee, wrong).breaks(LatchkeyError::InvalidTreasury);
    }
    let program = scene.keys.token_program;
    let closer = scene.stranger.pubkey();
    let close = AuthorityType::CloseAccount;
    let hand_over = |to: Option<&Pubkey>, owner: &Pubkey| {
        set_authority(&program, &treasury, to, close.clone(), owner, &[]).unwrap()
    };
    scene.world.send(&[hand_over(Some(&closer), &nominee.pubkey())], &[&nominee]).holds();
    scene.accept(&nominee, treasury).breaks(LatchkeyError::InvalidTreasury);
    scene.world.send(&[hand_over(None, &closer)], &[&scene.stranger]).holds();
    scene.accept(&nominee, treasury).holds();
}

#[test]
fn the_treasury_there_was_serves_the_nominee_once_it_is_its_own() {
    let (mut scene, nominee, _) = nominated();
    let (program, treasury, authority) =
        (scene.keys.token_program, scene.keys.treasury, scene.authority.pubkey());
    let owner = AuthorityType::AccountOwner;
    let hand_over = set_authority(&program, &treasury, Some(&nominee.pubkey()), owner, &authority, &[]);
    scene.world.send(&[hand_over.unwrap()], &[&scene.authority]).holds();
    scene.accept(&nominee, treasury).holds();
    assert_eq!(scene.lender_account().treasury, treasury);
}

#[test]
fn the_old_authority_can_do_nothing_afterwards_and_the_new_one_everything() {
    let (mut scene, nominee, treasury) = nominated();
    scene.accept(&nominee, treasury).holds();
    let old = std::mem::replace(&mut scene.authority, nominee);
    let own = authoritys_own(&scene, old.pubkey());
    all_break(&mut scene, own, &old, LatchkeyError::NotAuthority);
    let daily = daily_work(&scene, old.pubkey());
    all_break(&mut scene, daily, &old, LatchkeyError::NotServicing);
    scene.set_policy(floors()).holds();
    scene.nominate(Some(old.pubkey())).holds();
    scene.withdraw_escrow(1_000_000).holds();
    let pause = build::pause(scene.lender, scene.authority.pubkey(), 1);
    scene.world.send(&[pause], &[&scene.authority]).holds();
}

#[test]
fn an_authority_that_did_its_own_daily_work_keeps_no_key_to_the_lender() {
    let (mut scene, nominee, treasury) = nominated();
    let old = scene.authority.insecure_clone();
    scene.set_servicer(old.pubkey()).holds();
    let done = scene.accept(&nominee, treasury).holds();
    let [Event::AuthorityAccepted(accepted), Event::ServicerSet(set)] = &done.events[..] else {
        panic!("both changes are told");
    };
    assert_eq!((accepted.before, accepted.after), (old.pubkey(), nominee.pubkey()));
    assert_eq!((set.before, set.after), (old.pubkey(), nominee.pubkey()));
    assert_eq!(scene.lender_account().servicer, nominee.pubkey());
    let daily = daily_work(&scene, old.pubkey());
    all_break(&mut scene, daily, &old, LatchkeyError::NotServicing);
}

#[test]
fn payments_go_to_the_new_treasury_and_no_longer_to_the_old() {
    let (mut scene, nominee, treasury) = nominated();
    scene.accept(&nominee, treasury).holds();
    scene.top_up(1_000);
    scene.at(due(0)).collect().breaks(LatchkeyError::WrongRecipient);
    scene.keys.treasury = treasury;
    scene.collect().holds();
    assert_eq!(scene.world.tokens(&treasury), 1_000);
}

#[test]
fn a_changed_servicer_works_and_the_old_one_can_do_nothing() {
    let mut scene = Scene::new();
    let (old, new) = (scene.servicer.insecure_clone(), person("new servicer"));
    let told = only_event!(scene.set_servicer(new.pubkey()).holds(), ServicerSet);
    assert_eq!((told.lender, told.before, told.after), (scene.lender, old.pubkey(), new.pubkey()));
    assert_eq!(scene.lender_account().servicer, new.pubkey());
    let daily = daily_work(&scene, old.pubkey());
    all_break(&mut scene, daily, &old, LatchkeyError::NotServicing);
    scene.servicer = new;
    scene.pause(1).holds();
    scene.place_hold(due(0)).holds();
}

#[test]
fn a_servicer_is_no_authority_and_strangers_are_neither() {
    let mut scene = Scene::new();
    for name in ["servicer", "borrower", "stranger"] {
        let own = authoritys_own(&scene, person(name).pubkey());
        all_break(&mut scene, own, &person(name), LatchkeyError::NotAuthority);
    }
    for name in ["borrower", "stranger"] {
        let daily = daily_work(&scene, person(name).pubkey());
        all_break(&mut scene, daily, &person(name), LatchkeyError::NotServicing);
    }
}
