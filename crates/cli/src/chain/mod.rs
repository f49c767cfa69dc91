//! Reading a cluster, at commitment `confirmed`.

mod error;
mod history;
mod loan;
mod mint;

use std::collections::BTreeMap;

use anchor_lang::AccountDeserialize;
use async_trait::async_trait;
use latchkey_client::accounts::{TokenBalance, decode_as, decode_token_account};
use latchkey_client::latchkey::state::{Action, Function, Invocation, Lender, Loan, LoanStub, Vehicle};
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use latchkey_function::{ChainAccount, ChainReader, ReadError};
use latchkey_link::redacted::{RedactedError, hosts_only};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::Error as ClientError;
use solana_sdk::account::Account;
use solana_sdk::clock::Clock;
use solana_sdk::sysvar;

pub use error::ChainError;
pub use loan::LoanAccounts;
pub use mint::Mint;

/// A cluster, reached through one RPC node.
pub struct Cluster {
    pub rpc: RpcClient,
}

#[async_trait]
impl ChainReader for Cluster {
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        let found = self.accounts(addresses).await.map_err(ReadError::new)?;
        let read = |account: Account| ChainAccount { owner: account.owner, data: account.data };
        Ok(found.into_iter().map(|account| account.map(read)).collect())
    }
}

impl Cluster {
    /// The cluster behind an RPC address.
    pub fn new(url: String) -> Self {
        Self { rpc: RpcClient::new_with_commitment(url, CommitmentConfig::confirmed()) }
    }

    /// Adds the node's host to an error of the RPC client.
    pub fn unreachable(&self, source: &ClientError) -> ChainError {
        ChainError::Unreachable { url: hosts_only(&self.rpc.url()), source: RedactedError::new(source) }
    }

    /// The time by the Clock sysvar, Unix seconds.
    pub async fn now(&self) -> Result<i64, ChainError> {
        decode_clock(self.account(&sysvar::clock::ID).await?.as_ref())
    }

    /// Reads an account. None if it does not exist.
    pub async fn account(&self, address: &Pubkey) -> Result<Option<Account>, ChainError> {
        let found = self.rpc.get_account_with_commitment(address, CommitmentConfig::confirmed()).await;
        found.map(|found| found.value).map_err(|source| self.unreachable(&source))
    }

    /// Reads accounts in one request, so that all are of the same moment.
    pub async fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        let found =
            self.rpc.get_multiple_accounts_with_commitment(addresses, CommitmentConfig::confirmed()).await;
        found.map(|found| found.value).map_err(|source| self.unreachable(&source))
    }

    /// Reads a lender. Fails if it does not exist.
    pub async fn lender(&self, address: &Pubkey) -> Result<Lender, ChainError> {
        decode("lender", *address, self.account(address).await?.as_ref())
    }

    /// Reads a lender. None if it does not exist.
    pub async fn find_lender(&self, address: &Pubkey) -> Result<Option<Lender>, ChainError> {
        let found = self.account(address).await?;
        found.map(|account| decode("lender", *address, Some(&account))).transpose()
    }

    /// Reads the functions that a lender has set.
    pub async fn functions(&self, lender: &Pubkey) -> Result<BTreeMap<Action, Function>, ChainError> {
        let addresses = Action::ALL.map(|action| pda::function(lender, action));
        let found = self.accounts(&addresses).await?;
        let existing =
            Action::ALL.into_iter().zip(addresses).zip(&found).filter(|(_, account)| account.is_some());
        existing
            .map(|((action, address), account)| Ok((action, decode("function", address, account.as_ref())?)))
            .collect()
    }

    pub async fn vehicle(&self, address: &Pubkey) -> Result<Vehicle, ChainError> {
        decode("vehicle", *address, self.account(address).await?.as_ref())
    }

    pub async fn loan(&self, address: &Pubkey) -> Result<Loan, ChainError> {
        let account = self.account(address).await?;
        if decode::<LoanStub>("loan", *address, account.as_ref()).is_ok() {
            return Err(ChainError::Closed(*address));
        }
        decode("loan", *address, account.as_ref())
    }

    /// Reads a function call. None if it does not exist, or no more.
    pub async fn find_invocation(&self, address: &Pubkey) -> Result<Option<Invocation>, ChainError> {
        let found = self.account(address).await?;
        found.map(|account| decode("function call", *address, Some(&account))).transpose()
    }

    /// Reads a token account of either token program.
    pub async fn token_account(&self, address: &Pubkey) -> Result<TokenBalance, ChainError> {
        let what = "token account";
        let account = self.account(address).await?.ok_or(ChainError::Missing { what, address: *address })?;
        decode_token_account(&account.data).map_err(|source| ChainError::Malformed {
            what,
            address: *address,
            source,
        })
    }

    /// Reads a loan, or what is left of a closed one, and how much of its wallet waits for the lender, base units.
    pub async fn loan_or_stub(&self, address: &Pubkey) -> Result<(LoanStub, u64), ChainError> {
        let account = self.account(address).await?;
        decode::<LoanStub>("loan", *address, account.as_ref()).map(|stub| (stub, 0)).or_else(|_| {
            let loan: Loan = decode("loan", *address, account.as_ref())?;
            Ok((LoanStub::from(&loan), loan.ledger.unsent))
        })
    }

    pub async fn mint(&self, address: &Pubkey) -> Result<Mint, ChainError> {
        let missing = ChainError::Missing { what: "mint", address: *address };
        Mint::decode(*address, &self.account(address).await?.ok_or(missing)?)
    }
}

fn decode_clock(account: Option<&Account>) -> Result<i64, ChainError> {
    let clock = account.and_then(|account| account.deserialize_data::<Clock>().ok());
    clock.map(|clock| clock.unix_timestamp).ok_or(ChainError::NoClock)
}

fn decode<T: AccountDeserialize>(
    what: &'static str,
    address: Pubkey,
    account: Option<&Account>,
) -> Result<T, ChainError> {
    let account = account.ok_or(ChainError::Missing { what, address })?;
    if account.owner != PROGRAM_ID {
        return Err(ChainError::Foreign { what, address, owner: account.owner });
    }
    decode_as(what, &account.data).map_err(|source| ChainError::Malformed { what, address, source })
}
