//! The chain is what the reference says.

use std::collections::BTreeSet;

use anchor_lang::AccountSerialize;
use latchkey::state::Loan;
use latchkey_client::Pubkey;
use solana_sdk::account::ReadableAccount;

use crate::parties::{self, Who};
use crate::reference::{Contract, Model};
use crate::under_test::{ChainUnderTest, Snapshot, read, tokens};

/// The chain is what the reference says: every account of the program byte for byte, every balance to the lamport.
pub fn agree(under_test: &mut ChainUnderTest, model: &Model, chain: &Snapshot) {
    let mut known: BTreeSet<Pubkey> = BTreeSet::new();
    let mut same = |kind: &str, address: Pubkey, lamports: u64, expected: Option<Vec<u8>>| {
        let found = chain.get(&address);
        known.insert(address);
        let Some(mut expected) = expected else {
            assert_eq!(
                found.map_or(0, ReadableAccount::lamports),
                lamports,
                "lamports where {kind} may come"
            );
            return;
        };
        let found = found.unwrap_or_else(|| panic!("{kind} is missing"));
        // The bump belongs to the address; the reference does not derive it.
        expected[9] = found.data()[9];
        let prefix = &found.data()[..expected.len()];
        let at = prefix.iter().zip(&expected).position(|(found, expected)| found != expected);
        assert!(at.is_none(), "{kind} differs at byte {at:?}:\n{prefix:?}\n{expected:?}");
        assert_eq!(found.lamports(), lamports, "lamports of {kind}");
    };
    for (house, lender) in &model.lenders {
        same("a lender", parties::lender(*house), model.rents.lender, Some(bytes(lender)));
    }
    for ((house, action), function) in &model.functions {
        let address = parties::function(*house, *action);
        same("a function", address, model.rents.function, Some(bytes(function)));
    }
    for (index, stub) in &model.stubs {
        let address = latchkey_client::pda::loan(&parties::vehicle(), *index);
        same("a stub", address, model.rents.stub, Some(bytes(stub)));
    }
    if let Some(car) = &model.vehicle {
        same("the car", parties::vehicle(), model.rents.vehicle, Some(bytes(car)));
    }
    for (seq, open) in &model.invocations {
        let bond = open.account.claim_bond;
        let lamports = model.rents.invocation + open.stray + open.account.fee + bond;
        let address = parties::invocation(*seq);
        same("an invocation", address, lamports, Some(bytes(&open.account)));
    }
    for (seq, lamports) in &model.prefunds {
        same("an invocation", parties::invocation(*seq), *lamports, None);
    }
    for who in Who::ALL {
        same(&format!("{who:?}"), who.key(), model.lamports[&who.key()], None);
    }
    for (token_account, amount) in &model.tokens {
        let address = model.token_accounts[token_account];
        known.insert(address);
        assert_eq!(tokens(chain, &address), Some(*amount), "tokens of {token_account:?}");
    }
    known.extend(model.token_accounts.values());
    let keys = under_test.present_keys(model);
    if let Some(contract) = &model.contract {
        same_loan(contract, &read::<Loan>(chain, &keys.loan).expect("the loan is there"));
        let mut same = |kind: &str, address: Pubkey, lamports: u64, expected: Vec<u8>| {
            let found = chain.get(&address).unwrap_or_else(|| panic!("{kind} is missing"));
            let mut expected = expected;
            expected[9] = found.data()[9];
            assert!(found.data().starts_with(&expected), "{kind} differs");
            assert_eq!(found.lamports(), lamports, "lamports of {kind}");
            known.insert(address);
        };
        same("the loan", keys.loan, model.rents.loan, bytes(&contract.account()));
        let lamports = contract.escrow.rent + contract.available;
        same("the escrow", keys.escrow, lamports, bytes(&contract.escrow));
        assert_eq!(
            tokens(chain, &keys.wallet),
            u64::try_from(contract.books.wallet).ok(),
            "tokens of the car wallet"
        );
        known.insert(keys.wallet);
    }
    for (address, account) in &under_test.frozen {
        assert!(chain.get(address) == Some(account), "an account of others changed: {address}");
        known.insert(*address);
    }
    // There is no account of the program beside those.
    let owned = |account: &dyn Fn() -> Pubkey| account() == latchkey::ID;
    for (address, account) in chain {
        assert!(known.contains(address) || !owned(&|| *account.owner()), "an unexpected account: {address}");
    }
}

/// The parts of a loan one by one: a difference is easier to read than bytes.
fn same_loan(contract: &Contract, found: &Loan) {
    let expected = contract.account();
    assert_eq!(found.ledger, expected.ledger, "the ledger");
    assert_eq!(found.status, expected.status, "the status");
    assert_eq!(found.terms, expected.terms, "the terms");
    assert_eq!(found.notices, expected.notices, "the notices");
    assert_eq!(found.revision, expected.revision, "the revision");
    let times = |loan: &Loan| {
        [loan.hold_until, loan.stay_from, loan.stay_until, loan.emergency_from, loan.defaulted_at]
    };
    assert_eq!(times(found), times(&expected), "hold, stay from and until, emergency start, default");
    let recovery = |loan: &Loan| {
        let times = [loan.recovery_from, loan.recovery_barred_until, loan.recovered_until];
        (loan.borrower, loan.recovery_key, times)
    };
    assert_eq!(recovery(found), recovery(&expected), "the borrower's key: from, barred, recovered");
    assert_eq!(found.unlock_keys, expected.unlock_keys, "the unlock's keys");
}

fn bytes(account: &impl AccountSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).expect("a vector takes it all");
    bytes
}
