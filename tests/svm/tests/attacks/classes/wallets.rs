//! A token account that looks like the car wallet: the loan's own, of the right mint, poor or rich, but not the one.

use anchor_lang::error::ErrorCode;
use anchor_spl::token_2022::spl_token_2022::instruction::initialize_account3;
use latchkey::errors::LatchkeyError as E;
use latchkey_client::Pubkey;
use latchkey_tests_svm::doors::{Door, doors};
use latchkey_tests_svm::{Expected, LoanFixture, Money, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// Bytes of an SPL Token account.
const SIZE: u64 = 165;

/// Opens a second token account of the loan, which anyone can.
fn second_wallet(fixture: &mut LoanFixture, amount: u64) -> Pubkey {
    let fake: Keypair = person("fake wallet");
    let (stranger, program) = (fixture.stranger.insecure_clone(), fixture.keys.token_program);
    let create = solana_system_interface::instruction::create_account(
        &stranger.pubkey(),
        &fake.pubkey(),
        10_000_000,
        SIZE,
        &program,
    );
    let open = initialize_account3(&program, &fake.pubkey(), &fixture.keys.mint, &fixture.keys.loan);
    fixture.chain.send(&[create, open.expect("it is a token program")], &[&stranger, &fake]).holds();
    if amount > 0 {
        let LoanFixture { chain, money, borrower, savings, .. } = fixture;
        money.transfer(chain, savings, &fake.pubkey(), borrower, amount).holds();
    }
    fake.pubkey()
}

/// The doors that read the wallet of a loan that exists.
fn readers() -> impl Iterator<Item = &'static Door> {
    doors().filter(|door| door.accounts().contains(&"wallet") && !door.creates.contains(&"wallet"))
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in readers() {
        for (which, amount) in [("an empty second account", 0), ("a full second account", 50_000)] {
            let name = format!("{} with {which} of the loan as its wallet", door.label());
            // What the loan holds beside its wallet is the borrower's to take back.
            let expected = match (door.name, amount) {
                ("withdraw_surplus", 0) => Expected::Token(1),
                ("withdraw_surplus", _) => Expected::Harmless,
                _ => E::WrongLoan.into(),
            };
            cases.push(Case::new(name, door.name, expected, move |checkpoints| {
                let mut attempt = door.attempt(checkpoints);
                let fake = second_wallet(&mut attempt.fixture, amount);
                attempt.swap("wallet", fake).send()
            }));
        }
        // Where the borrower's account is named already, it is there twice.
        let borrowers: Expected = if door.accounts().contains(&"borrower_tokens") {
            ErrorCode::ConstraintDuplicateMutableAccount.into()
        } else {
            E::WrongLoan.into()
        };
        let name = format!("{} with the borrower's own account as the wallet", door.label());
        cases.push(Case::new(name, door.name, borrowers, move |checkpoints| {
            let attempt = door.attempt(checkpoints);
            let savings = attempt.fixture.savings;
            attempt.swap("wallet", savings).send()
        }));
        let name = format!("{} with the loan's account of worthless money", door.label());
        let expected: Expected = match door.name {
            "withdraw_surplus" => ErrorCode::ConstraintTokenMint.into(),
            _ => E::WrongLoan.into(),
        };
        cases.push(Case::new(name, door.name, expected, move |checkpoints| {
            let mut attempt = door.attempt(checkpoints);
            let loan = attempt.fixture.keys.loan;
            let worthless = Money::token_2022(&mut attempt.fixture.chain, "worthless", &[], &[]);
            let decoy = worthless.open(&mut attempt.fixture.chain, &loan, 1_000_000);
            attempt.swap("wallet", decoy).send()
        }));
    }
    cases
}
