//! Another account in the place of the instructions sysvar.

use anchor_lang::error::ErrorCode;
use latchkey_client::Pubkey;
use latchkey_tests_svm::doors::find;
use solana_sdk::account::Account;
use solana_sdk::sysvar::clock;

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let expected = ErrorCode::ConstraintAddress;
    for name in ["confirm", "register_vehicle", "rotate_device_key", "assign"] {
        cases.push(Case::new(
            format!("{name} with the clock for the instructions"),
            name,
            expected,
            move |checkpoints| find(name).attempt(checkpoints).swap("instructions", clock::ID).send(),
        ));
        cases.push(Case::new(
            format!("{name} with nothing for the instructions"),
            name,
            expected,
            move |checkpoints| {
                find(name).attempt(checkpoints).swap("instructions", Pubkey::new_unique()).send()
            },
        ));
        // A forged account can claim anything, such as that the proof came just before.
        cases.push(Case::new(
            format!("{name} with forged instructions"),
            name,
            expected,
            move |checkpoints| {
                let mut attempt = find(name).attempt(checkpoints);
                let forgery = Pubkey::new_unique();
                let account = Account { lamports: 10_000_000, data: vec![0; 512], ..Account::default() };
                attempt.fixture.chain.svm().set_account(forgery, account).expect("it keeps its rent");
                attempt.swap("instructions", forgery).send()
            },
        ));
    }
    cases
}
