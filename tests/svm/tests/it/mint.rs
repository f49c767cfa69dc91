//! Which money a loan may be paid in.

use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::token_2022::spl_token_2022::{self, instruction as token};
use anchor_spl::token_2022_extensions::spl_token_metadata_interface;
use latchkey::errors::LatchkeyError;
use latchkey::instructions::InitLenderArgs;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::Pubkey;
use latchkey_client::instructions::{InitLender, LoanKeys, init_lender};
use latchkey_tests_svm::{Money, Scene, World, floors, hostile, metadata_pointer, person};
use solana_sdk::signer::Signer;

const PROGRAM: Pubkey = spl_token_2022::ID;

/// A Token-2022 mint that says its name and does nothing else.
fn described(world: &mut World) -> Money {
    let (mint, issuer) = (Money::address("described"), person("issuer").pubkey());
    let describe = spl_token_metadata_interface::instruction::initialize(
        &PROGRAM,
        &mint,
        &issuer,
        &mint,
        &issuer,
        "Dollar".into(),
        "USD".into(),
        "https://example.org/usd.json".into(),
    );
    Money::token_2022(world, "described", &[metadata_pointer(&mint)], &[describe])
}

#[test]
fn money_that_can_do_more_than_describe_itself_is_refused() {
    let mut world = World::new();
    let plain = Money::spl(&mut world);
    let mut scene = Scene::before_lender(world, plain);
    for (name, extension) in hostile() {
        let money = Money::token_2022(&mut scene.world, name, &[extension], &[]);
        let treasury = money.open(&mut scene.world, &scene.authority.pubkey(), 0);
        let parties = InitLender { mint: money.mint, treasury, ..scene.lender_parties() };
        let args =
            InitLenderArgs { servicer: scene.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
        let outcome = scene.world.send(&[init_lender(&parties, args)], &[&scene.payer, &scene.authority]);
        outcome.breaks(LatchkeyError::UnsupportedMint);
    }
}

#[test]
fn a_description_does_not_hide_what_else_a_mint_can_do() {
    let mut world = World::new();
    let plain = Money::spl(&mut world);
    let mut scene = Scene::before_lender(world, plain);
    let mint = Money::address("described and hostile");
    let delegate = token::initialize_permanent_delegate(&PROGRAM, &mint, &scene.stranger.pubkey()).unwrap();
    let extensions = [metadata_pointer(&mint), (ExtensionType::PermanentDelegate, delegate)];
    let money = Money::token_2022(&mut scene.world, "described and hostile", &extensions, &[]);
    let treasury = money.open(&mut scene.world, &scene.authority.pubkey(), 0);
    let parties = InitLender { mint, treasury, ..scene.lender_parties() };
    let args = InitLenderArgs { servicer: scene.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
    let outcome = scene.world.send(&[init_lender(&parties, args)], &[&scene.payer, &scene.authority]);
    outcome.breaks(LatchkeyError::UnsupportedMint);
}

#[test]
fn token_2022_money_that_only_describes_itself_goes_the_whole_path() {
    let mut world = World::new();
    let money = described(&mut world);
    let mut scene = Scene::with_money(world, money);
    scene.originate().holds();
    let mut scene = scene.fall_into_default();
    scene.request(Action::Lock).holds();
    scene.fulfil(1);
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
    scene.top_up(2_000);
    scene.collect().holds();
    scene.prepay(500).holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    scene.pay_all();
    assert_eq!(scene.loan().status, LoanStatus::PaidOff);
    scene.top_up(5);
    scene.close().holds();
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
}

#[test]
fn spl_money_goes_the_whole_path() {
    let mut scene = Scene::locked();
    scene.top_up(2_000);
    scene.collect().holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    scene.pay_all();
    scene.close().holds();
}

/// No mint that `init_lender` admits can do this; should one ever, the principal would have to arrive in full.
#[test]
fn a_principal_that_does_not_arrive_in_full_is_refused() {
    let mut scene = Scene::before_loan();
    let (name, extension) = hostile().remove(0);
    let taxed = Money::token_2022(&mut scene.world, name, &[extension], &[]);
    let treasury = taxed.open(&mut scene.world, &scene.authority.pubkey(), 1_000_000);
    scene.seller = taxed.open(&mut scene.world, &person("seller").pubkey(), 0);
    scene.edit_lender(|lender| (lender.mint, lender.treasury) = (taxed.mint, treasury));
    let lender = scene.lender_account();
    scene.keys = LoanKeys::new(scene.lender, &lender, scene.keys.vehicle, 0, taxed.token_program);
    scene.originate().breaks(LatchkeyError::TransferMismatch);
}
