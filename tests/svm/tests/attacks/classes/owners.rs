//! An account with the right bytes that another program owns: a thief can write any bytes into accounts of a program
//! of its own.

use anchor_lang::error::ErrorCode;
use latchkey_client::Pubkey;
use latchkey_tests_svm::doors::doors;
use latchkey_tests_svm::interface::is_state;

use crate::suite::Case;

/// The thief's program.
const THIEF: Pubkey = Pubkey::new_from_array([66; 32]);

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in doors() {
        for account in door.accounts() {
            if !is_state(account) || door.creates.contains(&account) {
                continue;
            }
            let name = format!("{} with a copy of its {account} that another program owns", door.label());
            let expected = ErrorCode::AccountOwnedByWrongProgram;
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
