//! Reading a cluster, at `confirmed`.

use anchor_lang::{AccountDeserialize, Discriminator as _};
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use latchkey_client::accounts::{AccountError, TokenBalance, decode_as, decode_token_account};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::latchkey::state::{Action, Escrow, Function, Lender, Loan, Vehicle};
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::Error as ClientError;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_sdk::account::Account;
use solana_sdk::clock::Clock;
use solana_sdk::sysvar;

/// Where a mint keeps its decimals, in both token programs.
const DECIMALS_AT: usize = 44;
/// Where a loan keeps who lent and who owes, after discriminator, version and bump.
const LENDER_AT: usize = 8 + 2;
const BORROWER_AT: usize = LENDER_AT + 32;

/// Why something cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node.
    #[error("the cluster at {url} does not answer: check --url, and that it runs")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// What happened.
        #[source]
        source: Box<ClientError>,
    },
    /// Nothing there.
    #[error("there is no {what} at {address} on this cluster: check the address, and --url")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Pubkey,
    },
    /// Somebody else's account.
    #[error("{address} is no {what}: it belongs to {owner}")]
    Foreign {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Pubkey,
        /// Which program owns it.
        owner: Pubkey,
    },
    /// Something else there.
    #[error("{address} is no {what}: check the address")]
    Malformed {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Pubkey,
        /// What is wrong.
        #[source]
        source: AccountError,
    },
    /// A ledger without a clock.
    #[error("the cluster tells no time: is it a Solana cluster?")]
    NoClock,
}

/// A mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    /// Its address.
    pub address: Pubkey,
    /// Digits after the point.
    pub decimals: u8,
    /// The token program that owns it.
    pub token_program: Pubkey,
}

impl Mint {
    /// Somebody's associated token account of it.
    pub fn account_of(&self, owner: &Pubkey) -> Pubkey {
        get_associated_token_address_with_program_id(owner, &self.address, &self.token_program)
    }
}

/// A loan and everything around it, read at one moment.
#[derive(Clone)]
pub struct LoanScene {
    /// Its addresses.
    pub keys: LoanKeys,
    /// The loan.
    pub loan: Loan,
    /// Its lender.
    pub lender: Lender,
    /// Its car.
    pub vehicle: Vehicle,
    /// Its escrow.
    pub escrow: Escrow,
    /// The escrow's lamports above its rent.
    pub escrow_lamports: u64,
    /// What the car wallet holds, base units.
    pub wallet: u64,
    /// What it is paid in.
    pub mint: Mint,
    /// The chain's time.
    pub now: i64,
}

/// A cluster.
pub struct Cluster {
    /// Its RPC node.
    pub rpc: RpcClient,
}

impl Cluster {
    /// The cluster behind an RPC address.
    pub fn new(url: String) -> Self {
        Self { rpc: RpcClient::new_with_commitment(url, CommitmentConfig::confirmed()) }
    }

    /// Names the node in an error.
    pub fn unreachable(&self, source: ClientError) -> ChainError {
        ChainError::Unreachable { url: self.rpc.url(), source: Box::new(source) }
    }

    /// The time by the Clock sysvar, Unix seconds.
    pub async fn now(&self) -> Result<i64, ChainError> {
        let clock = self.account(&sysvar::clock::ID).await?.ok_or(ChainError::NoClock)?;
        time(&clock)
    }

    /// An account, if there is one.
    pub async fn account(&self, address: &Pubkey) -> Result<Option<Account>, ChainError> {
        let found = self.rpc.get_account_with_commitment(address, CommitmentConfig::confirmed()).await;
        found.map(|found| found.value).map_err(|source| self.unreachable(source))
    }

    /// Accounts at one moment.
    pub async fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, ChainError> {
        let found =
            self.rpc.get_multiple_accounts_with_commitment(addresses, CommitmentConfig::confirmed()).await;
        found.map(|found| found.value).map_err(|source| self.unreachable(source))
    }

    /// A lender.
    pub async fn lender(&self, address: &Pubkey) -> Result<Lender, ChainError> {
        decode("lender", address, self.account(address).await?.as_ref())
    }

    /// A lender, if there is one.
    pub async fn find_lender(&self, address: &Pubkey) -> Result<Option<Lender>, ChainError> {
        let found = self.account(address).await?;
        found.map(|account| decode("lender", address, Some(&account))).transpose()
    }

    /// A lender's functions, in the order of [`Action::ALL`].
    pub async fn functions(&self, lender: &Pubkey) -> Result<Vec<Option<Function>>, ChainError> {
        let addresses = Action::ALL.map(|action| pda::function(lender, action));
        let found = self.accounts(&addresses).await?;
        let decoded = addresses.iter().zip(found).map(|(address, account)| {
            account.map(|account| decode("function", address, Some(&account))).transpose()
        });
        decoded.collect()
    }

    /// A vehicle.
    pub async fn vehicle(&self, address: &Pubkey) -> Result<Vehicle, ChainError> {
        decode("vehicle", address, self.account(address).await?.as_ref())
    }

    /// A loan.
    pub async fn loan(&self, address: &Pubkey) -> Result<Loan, ChainError> {
        decode("loan", address, self.account(address).await?.as_ref())
    }

    /// A mint.
    pub async fn mint(&self, address: &Pubkey) -> Result<Mint, ChainError> {
        let missing = ChainError::Missing { what: "mint", address: *address };
        mint(address, &self.account(address).await?.ok_or(missing)?)
    }

    /// A token account, if there is one.
    pub async fn tokens(&self, address: &Pubkey) -> Result<Option<TokenBalance>, ChainError> {
        let found = self.account(address).await?;
        found
            .map(|account| {
                decode_token_account(&account.data).map_err(|source| ChainError::Malformed {
                    what: "token account",
                    address: *address,
                    source,
                })
            })
            .transpose()
    }

    /// A loan and everything around it.
    pub async fn loan_scene(&self, address: &Pubkey) -> Result<LoanScene, ChainError> {
        let loan = self.loan(address).await?;
        let lender = self.lender(&loan.lender).await?;
        let mint = self.mint(&lender.mint).await?;
        let keys = LoanKeys::of(&loan, &lender, mint.token_program);
        self.scene_at(&keys, mint).await
    }

    /// Reads once more what changes, all at one moment.
    async fn scene_at(&self, keys: &LoanKeys, mint: Mint) -> Result<LoanScene, ChainError> {
        let addresses = [
            keys.loan,
            keys.lender,
            keys.vehicle,
            keys.escrow,
            keys.wallet,
            sysvar::clock::ID,
            sysvar::rent::ID,
        ];
        let found = self.accounts(&addresses).await?;
        let at = |index: usize| found.get(index).and_then(Option::as_ref);
        let escrow_account = at(3);
        let rent = at(6).and_then(|account| account.deserialize_data::<solana_sdk::rent::Rent>().ok());
        let rent = rent.unwrap_or_default();
        let escrow_lamports = escrow_account
            .map_or(0, |account| account.lamports.saturating_sub(rent.minimum_balance(account.data.len())));
        let wallet = match at(4) {
            None => 0,
            Some(account) => {
                decode_token_account(&account.data)
                    .map_err(|source| ChainError::Malformed {
                        what: "car wallet",
                        address: keys.wallet,
                        source,
                    })?
                    .amount
            }
        };
        Ok(LoanScene {
            keys: *keys,
            loan: decode("loan", &keys.loan, at(0))?,
            lender: decode("lender", &keys.lender, at(1))?,
            vehicle: decode("vehicle", &keys.vehicle, at(2))?,
            escrow: decode("escrow", &keys.escrow, escrow_account)?,
            escrow_lamports,
            wallet,
            mint,
            now: time(at(5).ok_or(ChainError::NoClock)?)?,
        })
    }

    /// Loans of a lender, or of a borrower, or both.
    pub async fn loans(
        &self,
        lender: Option<&Pubkey>,
        borrower: Option<&Pubkey>,
    ) -> Result<Vec<(Pubkey, Loan)>, ChainError> {
        let is = |at, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new_raw_bytes(at, bytes.to_vec()));
        let mut filters = vec![is(0, Loan::DISCRIMINATOR)];
        filters.extend(lender.map(|lender| is(LENDER_AT, lender.as_ref())));
        filters.extend(borrower.map(|borrower| is(BORROWER_AT, borrower.as_ref())));
        let config = RpcProgramAccountsConfig {
            filters: Some(filters),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(CommitmentConfig::confirmed()),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        };
        let found = self.rpc.get_program_ui_accounts_with_config(&PROGRAM_ID, config).await;
        let mut loans = Vec::new();
        for (address, account) in found.map_err(|source| self.unreachable(source))? {
            let data = account.data.decode().unwrap_or_default();
            let decoded = decode_as("loan", &data);
            let loan: Loan =
                decoded.map_err(|source| ChainError::Malformed { what: "loan", address, source })?;
            loans.push((address, loan));
        }
        loans.sort_by_key(|(address, loan)| (loan.opened_at, *address));
        Ok(loans)
    }
}

fn time(clock: &Account) -> Result<i64, ChainError> {
    clock.deserialize_data::<Clock>().map(|clock| clock.unix_timestamp).map_err(|_| ChainError::NoClock)
}

fn mint(address: &Pubkey, account: &Account) -> Result<Mint, ChainError> {
    let is_token_program = [anchor_spl::token::ID, anchor_spl::token_2022::ID].contains(&account.owner);
    match account.data.get(DECIMALS_AT) {
        Some(decimals) if is_token_program => {
            Ok(Mint { address: *address, decimals: *decimals, token_program: account.owner })
        }
        _ => Err(ChainError::Foreign { what: "mint", address: *address, owner: account.owner }),
    }
}

fn decode<T: AccountDeserialize>(
    what: &'static str,
    address: &Pubkey,
    account: Option<&Account>,
) -> Result<T, ChainError> {
    let address = *address;
    let account = account.ok_or(ChainError::Missing { what, address })?;
    if account.owner != PROGRAM_ID {
        return Err(ChainError::Foreign { what, address, owner: account.owner });
    }
    decode_as(what, &account.data).map_err(|source| ChainError::Malformed { what, address, source })
}

#[cfg(test)]
mod tests {
    use anchor_lang::{AccountSerialize as _, AnchorDeserialize as _};

    use super::*;

    #[test]
    fn loans_are_found_by_bytes_that_are_where_the_program_writes_them() {
        let mut loan = Loan::deserialize(&mut &[0; 1_024][..]).unwrap();
        (loan.lender, loan.borrower) = (Pubkey::new_from_array([1; 32]), Pubkey::new_from_array([2; 32]));
        let mut bytes = Vec::new();
        loan.try_serialize(&mut bytes).unwrap();
        assert_eq!(&bytes[..8], Loan::DISCRIMINATOR);
        assert_eq!((&bytes[LENDER_AT..][..32], &bytes[BORROWER_AT..][..32]), (&[1; 32][..], &[2; 32][..]));
    }
}
