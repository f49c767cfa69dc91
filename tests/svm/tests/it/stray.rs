//! Tokens in the wrong mint, or sent to the car wallet after the loan was closed: their owner takes them back.

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account;
use latchkey::errors::LatchkeyError;
use latchkey::state::Loan;
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::{Pubkey, pda};
use latchkey_tests_svm::{LoanFixture, Money, hostile, person};
use solana_sdk::signer::Signer;

use crate::only_event;

/// Some of another mint at the loan's address, and what names it for a withdrawal: accounts, and where it goes.
fn of_another_mint(fixture: &mut LoanFixture, amount: u64) -> (LoanKeys, Pubkey) {
    let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
    let wallet = other.open(&mut fixture.chain, &fixture.keys.loan, amount);
    let purse = other.open(&mut fixture.chain, &fixture.borrower.pubkey(), 0);
    let keys = LoanKeys { wallet, mint: other.mint, token_program: other.token_program, ..fixture.keys };
    (keys, purse)
}

/// A closed loan whose wallet somebody opened again and sent 500 to.
fn closed_and_topped_up() -> LoanFixture {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    fixture.close().holds();
    let LoanFixture { chain, keys, payer, .. } = &mut fixture;
    let open = create_associated_token_account(&payer.pubkey(), &keys.loan, &keys.mint, &keys.token_program);
    chain.send(&[open], &[payer]).holds();
    fixture.top_up(500);
    fixture
}

#[test]
fn m14_tokens_of_another_mint_are_the_borrowers_all_of_them_whatever_is_due() {
    let mut fixture = LoanFixture::defaulted();
    let (keys, purse) = of_another_mint(&mut fixture, 700);
    let instruction = build::withdraw_surplus(&keys, fixture.borrower.pubkey(), purse, 700);
    let done = fixture.chain.send(&[instruction], &[&fixture.borrower]).holds();
    let told = only_event!(done, SurplusWithdrawn);
    assert_eq!((told.mint, told.amount, told.before, told.after), (keys.mint, 700, 700, 0));
    assert_eq!(fixture.chain.tokens(&purse), 700);
    // They are no money of the loan.
    assert_eq!(fixture.loan().ledger.withdrawn, 0);
}

#[test]
fn m14_tokens_that_come_after_the_close_are_the_borrowers() {
    let mut fixture = closed_and_topped_up();
    let savings = fixture.chain.tokens(&fixture.savings);
    fixture.withdraw_surplus(501).breaks_elsewhere(1);
    fixture.withdraw_surplus(200).holds();
    fixture.withdraw_surplus(300).holds();
    assert_eq!(fixture.chain.tokens(&fixture.savings), savings + 500);
}

#[test]
fn m14_and_so_are_those_of_another_mint() {
    let mut fixture = closed_and_topped_up();
    let (keys, purse) = of_another_mint(&mut fixture, 9);
    let instruction = build::withdraw_surplus(&keys, fixture.borrower.pubkey(), purse, 9);
    fixture.chain.send(&[instruction], &[&fixture.borrower]).holds();
    assert_eq!(fixture.chain.tokens(&purse), 9);
}

/// One percent of what moves stays with the mint.
#[test]
fn m14_of_a_mint_that_keeps_a_fee_the_rest_comes_back_before_and_after_the_close() {
    for mut fixture in [LoanFixture::new(), closed_and_topped_up()] {
        let (name, fee) = hostile().remove(0);
        let taxed = Money::token_2022(&mut fixture.chain, name, &[fee], &[]);
        let wallet = taxed.open(&mut fixture.chain, &fixture.keys.loan, 700);
        let purse = taxed.open(&mut fixture.chain, &fixture.borrower.pubkey(), 0);
        let keys = LoanKeys { wallet, mint: taxed.mint, token_program: taxed.token_program, ..fixture.keys };
        let instruction = build::withdraw_surplus(&keys, fixture.borrower.pubkey(), purse, 700);
        fixture.chain.send(&[instruction], &[&fixture.borrower]).holds();
        assert_eq!((fixture.chain.tokens(&wallet), fixture.chain.tokens(&purse)), (0, 693));
    }
}

#[test]
fn m14_nobody_else_takes_them() {
    let mut open = LoanFixture::new();
    let mut closed = closed_and_topped_up();
    for fixture in [&mut open, &mut closed] {
        let (keys, purse) = of_another_mint(fixture, 700);
        for name in ["stranger", "servicer", "authority"] {
            let thief = person(name);
            let to_the_borrower = build::withdraw_surplus(&keys, thief.pubkey(), purse, 1);
            let outcome = fixture.chain.send(&[to_the_borrower], &[&thief]);
            outcome.breaks(LatchkeyError::WrongRecipient);
            let money = Money { mint: keys.mint, token_program: keys.token_program, ..fixture.money.clone() };
            let own = money.open(&mut fixture.chain, &thief.pubkey(), 0);
            let to_the_thief = build::withdraw_surplus(&keys, thief.pubkey(), own, 1);
            fixture.chain.send(&[to_the_thief], &[&thief]).breaks(LatchkeyError::NotBorrower);
        }
        let elsewhere = build::withdraw_surplus(&keys, fixture.borrower.pubkey(), keys.wallet, 1);
        let outcome = fixture.chain.send(&[elsewhere], &[&fixture.borrower]);
        assert!(!outcome.is_done(), "the wallet is no account of the borrower");
    }
}

#[test]
fn a_stub_remembers_whose_wallet_it_was_and_is_no_loan() {
    let mut fixture = LoanFixture::new();
    let loan = fixture.loan();
    fixture.pay_all();
    fixture.close().holds();
    let stub = fixture.stub();
    assert_eq!((stub.lender, stub.borrower, stub.vehicle), (loan.lender, loan.borrower, loan.vehicle));
    assert_eq!((stub.wallet, stub.index, stub.bump), (loan.wallet, loan.index, loan.bump));
    let account = fixture.chain.svm().get_account(&fixture.keys.loan).unwrap();
    assert!(latchkey_client::accounts::decode_as::<Loan>("loan", &account.data).is_err());
    let no_loan = anchor_lang::error::ErrorCode::AccountDiscriminatorMismatch;
    let prepay = build::prepay(&fixture.keys, fixture.borrower.pubkey(), 1, 0);
    fixture.chain.send(&[prepay], &[&fixture.borrower]).breaks_constraint(no_loan);
}

#[test]
fn a_stub_is_not_closed_again_and_its_address_not_used_again() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    let (closing, borrower) =
        (fixture.closing(&fixture.borrower.pubkey()), fixture.borrower.insecure_clone());
    fixture.close().holds();
    assert!(!fixture.chain.send(&[closing], &[&borrower]).is_done());
    fixture.turn_to_the_next_loan();
    assert_eq!(fixture.keys.loan, pda::loan(&fixture.keys.vehicle, 1));
    fixture.originate().holds();
}

#[test]
fn a_close_sends_what_is_unsent_to_any_account_of_the_authority() {
    let mut fixture = LoanFixture::new();
    let (borrower, savings) = (fixture.borrower.insecure_clone(), fixture.savings);
    fixture.pay_off_by(&borrower, Some(savings)).holds();
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.freeze(chain, &keys.treasury);
    let close = fixture.closing_to(&borrower.pubkey(), None);
    fixture.chain.send(&[close], &[&borrower]).breaks(LatchkeyError::UnsentRemains);
    let close = fixture.closing_to(&borrower.pubkey(), Some(fixture.seller));
    fixture.chain.send(&[close], &[&borrower]).breaks(LatchkeyError::WrongRecipient);
    let close = fixture.closing(&borrower.pubkey());
    let frozen = 17;
    fixture.chain.send(&[close], &[&borrower]).breaks_elsewhere(frozen);
    // Another account of the authority, which is not the associated one.
    let spare = another_account(&mut fixture);
    let close = fixture.closing_to(&borrower.pubkey(), Some(spare));
    let told = only_event!(fixture.chain.send(&[close], &[&borrower]).holds(), LoanClosed);
    assert_eq!((told.sent, fixture.chain.tokens(&spare)), (10_000, 10_000));
}

/// A token account of the authority beside its associated one.
fn another_account(fixture: &mut LoanFixture) -> Pubkey {
    use anchor_spl::token_2022::spl_token_2022::instruction::initialize_account3;
    let (account, payer) = (person("spare account"), fixture.payer.insecure_clone());
    let (mint, program) = (fixture.keys.mint, fixture.keys.token_program);
    let rent = fixture.chain.rent(165);
    let create = solana_system_interface::instruction::create_account(
        &payer.pubkey(),
        &account.pubkey(),
        rent,
        165,
        &program,
    );
    let owner = fixture.authority.pubkey();
    let initialise = initialize_account3(&program, &account.pubkey(), &mint, &owner).unwrap();
    fixture.chain.send(&[create, initialise], &[&payer, &account]).holds();
    account.pubkey()
}
