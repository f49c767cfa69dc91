//! The lender's authority and its transfer: nomination and acceptance.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::SettlementReason;
use latchkey::state::{Action, NoticeChannels};
use latchkey_client::events::Event;
use latchkey_client::instructions as build;
use latchkey_client::{Instruction, Pubkey};
use latchkey_tests_svm::{LoanFixture, Money, START, due, floors, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A lender whose authority has nominated another, and the nominee's treasury.
fn nominated() -> (LoanFixture, Keypair, Pubkey) {
    let mut fixture = LoanFixture::new();
    let nominee = person("nominee");
    let LoanFixture { chain, money, .. } = &mut fixture;
    let treasury = money.open(chain, &nominee.pubkey(), 0);
    fixture.nominate(Some(nominee.pubkey())).holds();
    (fixture, nominee, treasury)
}

/// Everything the lender's side may sign, by this key.
fn daily_work(fixture: &LoanFixture, signer: Pubkey) -> Vec<Instruction> {
    let keys = &fixture.keys;
    vec![
        build::pause(fixture.lender, signer, 1),
        build::unpause(fixture.lender, signer),
        build::serve_notice(keys, signer, [1; 32], NoticeChannels::MAIL),
        build::place_hold(keys, signer, due(9)),
        build::lift_hold(keys, signer, fixture.borrower.pubkey(), fixture.agreed_now()),
        build::extend(keys, signer, fixture.borrower.pubkey(), fixture.agreed_now()),
        build::waive_fees(keys, signer, 1),
        build::retire_vehicle(fixture.lender, keys.vehicle, signer),
    ]
}

/// What only the authority may sign, by this key.
fn authoritys_own(fixture: &LoanFixture, signer: Pubkey) -> Vec<Instruction> {
    let who = build::SetFunction { payer: fixture.payer.pubkey(), authority: signer, lender: fixture.lender };
    vec![
        build::set_policy(fixture.lender, signer, floors()),
        build::nominate_authority(fixture.lender, signer, None),
        build::set_servicer(fixture.lender, signer, signer),
        build::set_keepers(fixture.lender, signer, Vec::new()),
        build::set_function(&who, Action::Warn, fixture.offer(Action::Warn)),
        build::withdraw_escrow(&fixture.keys, signer, 1),
        build::place_stay(&fixture.keys, signer, START, START + 1),
        build::charge_off(&fixture.keys, signer),
        build::settle(&fixture.keys, signer, SettlementReason::Settlement),
        build::amend(&fixture.keys, signer, None, fixture.amendment(|_| {})),
        build::propose_recovery(&fixture.keys, signer, signer),
        build::distrust_device(fixture.lender, fixture.keys.vehicle, signer),
    ]
}

#[track_caller]
fn all_break(
    fixture: &mut LoanFixture,
    instructions: Vec<Instruction>,
    signer: &Keypair,
    rule: LatchkeyError,
) {
    for instruction in instructions {
        let asked: Vec<_> =
            instruction.accounts.iter().filter(|it| it.is_signer).map(|it| it.pubkey).collect();
        let signers: Vec<_> = [&fixture.payer, &fixture.borrower, signer]
            .into_iter()
            .filter(|it| asked.contains(&it.pubkey()))
            .collect();
        fixture.chain.send(&[instruction], &signers).breaks(rule);
    }
}

#[test]
fn a_nomination_changes_nothing_and_can_be_changed_and_taken_back() {
    let mut fixture = LoanFixture::new();
    let [first, second] = ["first", "second"].map(|name| person(name).pubkey());
    for (before, after) in [(None, Some(first)), (Some(first), Some(second)), (Some(second), None)] {
        let told = only_event!(fixture.nominate(after).holds(), AuthorityNominated);
        assert_eq!((told.lender, told.before, told.after), (fixture.lender, before, after));
        let lender = fixture.lender_account();
        assert_eq!((lender.authority, lender.nominee()), (fixture.authority.pubkey(), after));
    }
}

#[test]
fn an_authority_nominates_somebody_else() {
    let mut fixture = LoanFixture::new();
    let authority = fixture.authority.pubkey();
    fixture.nominate(Some(authority)).breaks(LatchkeyError::InvalidNominee);
}

#[test]
fn the_nominee_takes_over_with_a_treasury_of_its_own() {
    let (mut fixture, nominee, treasury) = nominated();
    let before = (fixture.authority.pubkey(), fixture.keys.treasury);
    let told = only_event!(fixture.accept(&nominee, treasury).holds(), AuthorityAccepted);
    assert_eq!((told.lender, told.before, told.treasury_before), (fixture.lender, before.0, before.1));
    assert_eq!((told.after, told.treasury_after), (nominee.pubkey(), treasury));
    let lender = fixture.lender_account();
    assert_eq!((lender.authority, lender.nominee()), (nominee.pubkey(), None));
    assert_eq!((lender.treasury, lender.first_authority), (treasury, before.0));
    assert_eq!(lender.servicer, fixture.servicer.pubkey());
    // A nomination is used up by accepting.
    fixture.accept(&nominee, treasury).breaks(LatchkeyError::NotNominee);
}

#[test]
fn only_the_nominee_accepts() {
    let (mut fixture, _, treasury) = nominated();
    for name in ["stranger", "authority", "servicer"] {
        fixture.accept(&person(name), treasury).breaks(LatchkeyError::NotNominee);
    }
    fixture.nominate(None).holds();
    fixture.accept(&person("nominee"), treasury).breaks(LatchkeyError::NotNominee);
}

#[test]
fn a_nominees_treasury_is_its_associated_account_of_the_lenders_mint_and_no_other() {
    let (mut fixture, nominee, treasury) = nominated();
    let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
    let of_another_mint = other.open(&mut fixture.chain, &nominee.pubkey(), 0);
    for wrong in [fixture.keys.treasury, fixture.savings, of_another_mint] {
        fixture.accept(&nominee, wrong).breaks(LatchkeyError::InvalidTreasury);
    }
    fixture.accept(&nominee, treasury).holds();
}

/// Anyone can create it, so whether it is there says nothing.
#[test]
fn a_nominee_takes_over_before_its_treasury_exists() {
    let mut fixture = LoanFixture::new();
    let nominee = person("nominee");
    fixture.nominate(Some(nominee.pubkey())).holds();
    let treasury = fixture.money.account(&nominee.pubkey());
    fixture.accept(&nominee, treasury).holds();
    assert_eq!(fixture.lender_account().treasury, treasury);
}

#[test]
fn the_old_authority_can_do_nothing_afterwards_and_the_new_one_everything() {
    let (mut fixture, nominee, treasury) = nominated();
    fixture.accept(&nominee, treasury).holds();
    let old = std::mem::replace(&mut fixture.authority, nominee);
    let own = authoritys_own(&fixture, old.pubkey());
    all_break(&mut fixture, own, &old, LatchkeyError::NotAuthority);
    let daily = daily_work(&fixture, old.pubkey());
    all_break(&mut fixture, daily, &old, LatchkeyError::NotServicing);
    fixture.set_policy(floors()).holds();
    fixture.nominate(Some(old.pubkey())).holds();
    fixture.withdraw_escrow(1_000_000).holds();
    let pause = build::pause(fixture.lender, fixture.authority.pubkey(), 1);
    fixture.chain.send(&[pause], &[&fixture.authority]).holds();
}

#[test]
fn an_authority_that_did_its_own_daily_work_keeps_no_key_to_the_lender() {
    let (mut fixture, nominee, treasury) = nominated();
    let old = fixture.authority.insecure_clone();
    fixture.set_servicer(old.pubkey()).holds();
    let done = fixture.accept(&nominee, treasury).holds();
    let [Event::AuthorityAccepted(accepted), Event::ServicerSet(set)] = &done.events[..] else {
        panic!("both changes emit events");
    };
    assert_eq!((accepted.before, accepted.after), (old.pubkey(), nominee.pubkey()));
    assert_eq!((set.before, set.after), (old.pubkey(), nominee.pubkey()));
    assert_eq!(fixture.lender_account().servicer, nominee.pubkey());
    let daily = daily_work(&fixture, old.pubkey());
    all_break(&mut fixture, daily, &old, LatchkeyError::NotServicing);
}

#[test]
fn payments_go_to_the_new_treasury_and_no_longer_to_the_old() {
    let (mut fixture, nominee, treasury) = nominated();
    fixture.accept(&nominee, treasury).holds();
    fixture.top_up(1_000);
    fixture.at(due(0)).collect().breaks(LatchkeyError::WrongRecipient);
    fixture.keys.treasury = treasury;
    fixture.collect().holds();
    assert_eq!(fixture.chain.tokens(&treasury), 1_000);
}

#[test]
fn a_changed_servicer_works_and_the_old_one_can_do_nothing() {
    let mut fixture = LoanFixture::new();
    let (old, new) = (fixture.servicer.insecure_clone(), person("new servicer"));
    let told = only_event!(fixture.set_servicer(new.pubkey()).holds(), ServicerSet);
    assert_eq!((told.lender, told.before, told.after), (fixture.lender, old.pubkey(), new.pubkey()));
    assert_eq!(fixture.lender_account().servicer, new.pubkey());
    let daily = daily_work(&fixture, old.pubkey());
    all_break(&mut fixture, daily, &old, LatchkeyError::NotServicing);
    fixture.servicer = new;
    fixture.pause(1).holds();
    fixture.place_hold(due(0)).holds();
}

#[test]
fn a_servicer_is_no_authority_and_strangers_are_neither() {
    let mut fixture = LoanFixture::new();
    for name in ["servicer", "borrower", "stranger"] {
        let own = authoritys_own(&fixture, person(name).pubkey());
        all_break(&mut fixture, own, &person(name), LatchkeyError::NotAuthority);
    }
    for name in ["borrower", "stranger"] {
        let daily = daily_work(&fixture, person(name).pubkey());
        all_break(&mut fixture, daily, &person(name), LatchkeyError::NotServicing);
    }
}
