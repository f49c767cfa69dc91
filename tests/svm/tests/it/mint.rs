//! Which mints a lender may use.

use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::token_2022::spl_token_2022::{self, instruction as token};
use anchor_spl::token_2022_extensions::spl_token_metadata_interface;
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::Pubkey;
use latchkey_client::instructions::{InitLender, LoanKeys, init_lender};
use latchkey_tests_svm::{LoanFixture, Money, TestChain, hostile, metadata_pointer, person};
use solana_sdk::signer::Signer;

const PROGRAM: Pubkey = spl_token_2022::ID;

/// A Token-2022 mint with metadata and no other extension.
fn described(chain: &mut TestChain) -> Money {
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
    Money::token_2022(chain, "described", &[metadata_pointer(&mint)], &[describe])
}

#[test]
fn mints_with_extensions_other_than_metadata_are_refused() {
    let mut chain = TestChain::new();
    let plain = Money::spl(&mut chain);
    let mut fixture = LoanFixture::before_lender(chain, plain);
    for (name, extension) in hostile() {
        let money = Money::token_2022(&mut fixture.chain, name, &[extension], &[]);
        let treasury = money.open(&mut fixture.chain, &fixture.authority.pubkey(), 0);
        let parties = InitLender { mint: money.mint, treasury, ..fixture.lender_parties() };
        let args = fixture.lender_args();
        let outcome =
            fixture.chain.send(&[init_lender(&parties, args)], &[&fixture.payer, &fixture.authority]);
        outcome.breaks(LatchkeyError::UnsupportedMint);
    }
}

#[test]
fn a_description_does_not_hide_what_else_a_mint_can_do() {
    let mut chain = TestChain::new();
    let plain = Money::spl(&mut chain);
    let mut fixture = LoanFixture::before_lender(chain, plain);
    let mint = Money::address("described and hostile");
    let delegate = token::initialize_permanent_delegate(&PROGRAM, &mint, &fixture.stranger.pubkey()).unwrap();
    let extensions = [metadata_pointer(&mint), (ExtensionType::PermanentDelegate, delegate)];
    let money = Money::token_2022(&mut fixture.chain, "described and hostile", &extensions, &[]);
    let treasury = money.open(&mut fixture.chain, &fixture.authority.pubkey(), 0);
    let parties = InitLender { mint, treasury, ..fixture.lender_parties() };
    let args = fixture.lender_args();
    let outcome = fixture.chain.send(&[init_lender(&parties, args)], &[&fixture.payer, &fixture.authority]);
    outcome.breaks(LatchkeyError::UnsupportedMint);
}

#[test]
fn token_2022_money_that_only_describes_itself_goes_the_whole_path() {
    let mut chain = TestChain::new();
    let money = described(&mut chain);
    let mut fixture = LoanFixture::with_money(chain, money);
    fixture.originate().holds();
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    assert!(fixture.vehicle().lock.is_locked);
    fixture.top_up(2_000);
    fixture.collect().holds();
    fixture.prepay(500).holds();
    fixture.unlock();
    fixture.pay_all();
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
    fixture.top_up(5);
    fixture.close().holds();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn spl_money_goes_the_whole_path() {
    let mut fixture = LoanFixture::locked();
    fixture.top_up(2_000);
    fixture.collect().holds();
    fixture.unlock();
    fixture.pay_all();
    fixture.close().holds();
}

/// No mint that `init_lender` admits can do this; should one ever, the principal would have to arrive in full.
#[test]
fn a_principal_that_does_not_arrive_in_full_is_refused() {
    let mut fixture = LoanFixture::before_loan();
    let (name, extension) = hostile().remove(0);
    let taxed = Money::token_2022(&mut fixture.chain, name, &[extension], &[]);
    let treasury = taxed.open(&mut fixture.chain, &fixture.authority.pubkey(), 1_000_000);
    fixture.seller = taxed.open(&mut fixture.chain, &person("seller").pubkey(), 0);
    fixture.edit_lender(|lender| (lender.mint, lender.treasury) = (taxed.mint, treasury));
    let lender = fixture.lender_account();
    fixture.keys = LoanKeys::new(fixture.lender, &lender, fixture.keys.vehicle, 0, taxed.token_program);
    fixture.originate().breaks(LatchkeyError::TransferMismatch);
}
