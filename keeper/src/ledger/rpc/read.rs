//! Reads the chain: everything at once, or the accounts that a transaction touched.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Lender, Loan};
use latchkey_client::accounts::{ProgramAccount, decode_token_account};
use latchkey_client::instructions::LoanKeys;
use serde_json::json;
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding, UiDataSliceConfig};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::{OptionalContext, RpcKeyedAccount};

use crate::core::{Intent, RawAccount, Snapshot, Update};
use crate::ledger::LedgerError;

/// The most accounts that one call can read.
const BATCH: usize = 100;

/// How accounts are read everywhere.
pub(super) fn account_config() -> RpcAccountInfoConfig {
    RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        commitment: Some(CommitmentConfig::confirmed()),
        ..RpcAccountInfoConfig::default()
    }
}

/// Every account of the program, and the wallets as an update of their own, because they are read at a later slot.
pub(super) async fn everything(rpc: &RpcClient) -> Result<(Snapshot, Update), LedgerError> {
    let config = RpcProgramAccountsConfig {
        account_config: account_config(),
        with_context: Some(true),
        ..RpcProgramAccountsConfig::default()
    };
    let found = rpc
        .send::<OptionalContext<Vec<RpcKeyedAccount>>>(
            RpcRequest::GetProgramAccounts,
            json!([latchkey::ID.to_string(), config]),
        )
        .await?;
    let OptionalContext::Context(found) = found else {
        return Err(LedgerError::Malformed("program accounts without their slot"));
    };
    let accounts = found.value.iter().map(keyed).collect::<Result<Vec<_>, _>>()?;
    let (lenders, loans) = parties(&accounts);
    let token_programs = token_programs(rpc, &lenders).await?;
    let wallets: Vec<Pubkey> =
        loans.iter().filter_map(|loan| wallet_of(loan, &lenders, &token_programs)).collect();
    let wallets = balances(rpc, &wallets).await?;
    let snapshot = Snapshot {
        slot: found.context.slot,
        accounts,
        wallets: Vec::new(),
        token_programs: token_programs.into_iter().collect(),
    };
    Ok((snapshot, wallets))
}

/// The accounts that a transaction touched, as of `slot` or later.
pub(super) async fn touched(rpc: &RpcClient, intent: &Intent, slot: u64) -> Result<Update, LedgerError> {
    let keys = intent.touches();
    let addresses: Vec<Pubkey> = keys.iter().copied().chain([intent.keys.wallet]).collect();
    let config = RpcAccountInfoConfig { min_context_slot: Some(slot), ..account_config() };
    let mut read = rpc.get_multiple_ui_accounts_with_config(&addresses, config).await?;
    let wallet = read.value.pop().flatten();
    let wallet = wallet.as_ref().map(balance).transpose()?.unwrap_or(0);
    let program = latchkey::ID.to_string();
    let accounts = keys
        .into_iter()
        .zip(&read.value)
        .map(|(key, account)| {
            let account = account.as_ref().filter(|account| account.owner == program);
            Ok((key, account.map(raw).transpose()?))
        })
        .collect::<Result<_, LedgerError>>()?;
    Ok(Update { slot: read.context.slot, accounts, wallets: vec![(intent.keys.wallet, wallet)] })
}

/// Balances of wallets, 0 for one that does not exist. The slot is that of the oldest answer.
async fn balances(rpc: &RpcClient, wallets: &[Pubkey]) -> Result<Update, LedgerError> {
    let mut update = Update { slot: u64::MAX, ..Update::default() };
    for batch in wallets.chunks(BATCH) {
        let read = rpc.get_multiple_ui_accounts_with_config(batch, account_config()).await?;
        update.slot = update.slot.min(read.context.slot);
        for (wallet, account) in batch.iter().zip(&read.value) {
            let amount = account.as_ref().map(balance).transpose()?.unwrap_or(0);
            update.wallets.push((*wallet, amount));
        }
    }
    Ok(update)
}

/// The token program of each lender's mint.
async fn token_programs(
    rpc: &RpcClient,
    lenders: &HashMap<Pubkey, Lender>,
) -> Result<HashMap<Pubkey, Pubkey>, LedgerError> {
    let mut mints: Vec<Pubkey> = lenders.values().map(|lender| lender.mint).collect();
    mints.sort_unstable();
    mints.dedup();
    let mut owners = HashMap::new();
    for batch in mints.chunks(BATCH) {
        let nothing = UiDataSliceConfig { offset: 0, length: 0 };
        let config = RpcAccountInfoConfig { data_slice: Some(nothing), ..account_config() };
        let read = rpc.get_multiple_ui_accounts_with_config(batch, config).await?;
        for (mint, account) in batch.iter().zip(read.value) {
            if let Some(account) = account {
                owners.insert(*mint, address(&account.owner)?);
            }
        }
    }
    Ok(owners)
}

fn parties(accounts: &[(Pubkey, RawAccount)]) -> (HashMap<Pubkey, Lender>, Vec<Loan>) {
    let mut lenders = HashMap::new();
    let mut loans = Vec::new();
    for (key, account) in accounts {
        match ProgramAccount::decode(&account.data) {
            Ok(ProgramAccount::Lender(lender)) => _ = lenders.insert(*key, *lender),
            Ok(ProgramAccount::Loan(loan)) => loans.push(*loan),
            _ => {}
        }
    }
    (lenders, loans)
}

fn wallet_of(
    loan: &Loan,
    lenders: &HashMap<Pubkey, Lender>,
    token_programs: &HashMap<Pubkey, Pubkey>,
) -> Option<Pubkey> {
    let lender = lenders.get(&loan.lender)?;
    Some(LoanKeys::of(loan, lender, *token_programs.get(&lender.mint)?).wallet)
}

/// An account and its address, as a subscription or a list returns them.
pub(super) fn keyed(account: &RpcKeyedAccount) -> Result<(Pubkey, RawAccount), LedgerError> {
    Ok((address(&account.pubkey)?, raw(&account.account)?))
}

fn raw(account: &UiAccount) -> Result<RawAccount, LedgerError> {
    let data = account.data.decode().ok_or(LedgerError::Malformed("account data that does not decode"))?;
    Ok(RawAccount { data, lamports: account.lamports })
}

/// The balance of a token account, base units; 0 for any other account.
pub(super) fn balance(account: &UiAccount) -> Result<u64, LedgerError> {
    Ok(decode_token_account(&raw(account)?.data).map_or(0, |wallet| wallet.amount))
}

fn address(text: &str) -> Result<Pubkey, LedgerError> {
    text.parse().map_err(|_| LedgerError::Malformed("an invalid address"))
}
