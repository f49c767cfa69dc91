//! An account with the right bytes that another program owns: a thief can write any bytes into accounts of a program
//! of its own.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey_client::Pubkey;
use latchkey_tests_svm::Expected;
use latchkey_tests_svm::doors::doors;
use latchkey_tests_svm::interface::is_state;

use crate::suite::Case;

/// The thief's program.
const THIEF: Pubkey = Pubkey::new_from_array([66; 32]);

/// What stops the copy: its address, where an account on chain records the true one, else its owner.
fn expected(instruction: &str, account: &str) -> Expected {
    // Where a stub may stand for the loan, the loan is known by its address, elsewhere the wallet.
    let by_address =
        if ["close_loan", "withdraw_surplus"].contains(&instruction) { "loan" } else { "wallet" };
    match (instruction, account) {
        ("init_lender" | "accept_authority", "treasury") => E::InvalidTreasury.into(),
        (_, "treasury") => E::WrongRecipient.into(),
        (_, name) if name == by_address => E::WrongLoan.into(),
        // Read as bytes, because the lender's record names it.
        ("collect" | "pay_off", "mint") => ErrorCode::ConstraintHasOne.into(),
        (_, "payer_tokens") => ErrorCode::ConstraintAssociatedTokenTokenProgram.into(),
        _ => ErrorCode::AccountOwnedByWrongProgram.into(),
    }
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in doors() {
        for account in door.accounts() {
            if !is_state(account) || door.creates.contains(&account) || door.without.contains(&account) {
                continue;
            }
            let name = format!("{} with a copy of its {account} that another program owns", door.label());
            let expected = expected(door.name, account);
            cases.push(Case::new(name, door.name, expected, move |checkpoints| {
                let mut attempt = door.attempt(checkpoints);
                let (original, copy) = (attempt.account(account), Pubkey::new_unique());
                let svm = attempt.fixture.chain.svm();
                let mut bytes = svm.get_account(&original).expect("it exists");
                bytes.owner = THIEF;
                svm.set_account(copy, bytes).expect("it keeps its rent");
                attempt.swap(account, copy).send()
            }));
        }
    }
    cases
}
