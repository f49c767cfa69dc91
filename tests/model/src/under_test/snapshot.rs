//! What is on the chain at a moment.

use std::collections::BTreeMap;

use anchor_lang::AccountDeserialize;
use latchkey_client::Pubkey;
use latchkey_client::accounts::{decode_as, decode_token_account};
use litesvm::LiteSVM;
use solana_sdk::account::{AccountSharedData, ReadableAccount};

/// Accounts by address, without programs, sysvars and the payer of transaction fees.
pub type Snapshot = BTreeMap<Pubkey, AccountSharedData>;

/// Every account that a transaction could change, but those `aside`.
pub(super) fn visible(svm: &LiteSVM, aside: [Pubkey; 2]) -> Snapshot {
    let owners =
        [latchkey::ID, anchor_spl::token::ID, anchor_spl::token_2022::ID, anchor_lang::system_program::ID];
    let accounts = svm.accounts_db().inner.iter();
    accounts
        .filter(|(address, account)| {
            owners.contains(account.owner()) && account.lamports() > 0 && !aside.contains(address)
        })
        .map(|(address, account)| (*address, account.clone()))
        .collect()
}

/// An account of the program in a snapshot, if it is there.
pub fn read<T: AccountDeserialize>(snapshot: &Snapshot, address: &Pubkey) -> Option<T> {
    let account = snapshot.get(address).filter(|account| account.owner() == &latchkey::ID)?;
    Some(decode_as("the model's", account.data()).expect("it is of this kind"))
}

/// What a token account in a snapshot holds.
pub fn tokens(snapshot: &Snapshot, address: &Pubkey) -> Option<u64> {
    let account = snapshot.get(address)?;
    Some(decode_token_account(account.data()).expect("it is a token account").amount)
}
