use anchor_lang::Discriminator as _;
use latchkey_client::accounts::{decode_as, decode_token_account};
use latchkey_client::errors::Refusal;
use latchkey_client::instructions::LoanKeys;
use latchkey_client::latchkey::state::{Escrow, Lender, Loan, Vehicle};
use latchkey_client::quote::{Quote, quote};
use latchkey_client::{PROGRAM_ID, Pubkey};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_sdk::rent::Rent;
use solana_sdk::sysvar;

use super::{ChainError, Cluster, Mint, decode, decode_clock};

/// Offsets of lender and borrower in a loan account, after discriminator, version and bump.
const LENDER_AT: usize = 8 + 2;
const BORROWER_AT: usize = LENDER_AT + 32;

/// A loan and the accounts around it, read at one moment.
#[derive(Clone)]
pub struct LoanAccounts {
    pub keys: LoanKeys,
    pub loan: Loan,
    pub lender: Lender,
    pub vehicle: Vehicle,
    pub escrow: Escrow,
    /// The escrow's lamports above its rent.
    pub escrow_lamports: u64,
    /// The car wallet's balance, base units.
    pub wallet: u64,
    pub mint: Mint,
    /// The cluster's time, Unix seconds.
    pub now: i64,
}

impl LoanAccounts {
    /// What the loan owes, at the cluster's time.
    pub fn quote(&self) -> Result<Quote, Refusal> {
        self.quote_at(self.now)
    }

    /// What the loan will owe at a time, if nothing is paid before.
    pub fn quote_at(&self, at: i64) -> Result<Quote, Refusal> {
        quote(&self.loan, self.wallet, at).map_err(|rule| Refusal(rule.into()))
    }
}

impl Cluster {
    /// Reads a loan and the accounts around it.
    pub async fn loan_accounts(&self, address: &Pubkey) -> Result<LoanAccounts, ChainError> {
        let loan = self.loan(address).await?;
        let lender = self.lender(&loan.lender).await?;
        let mint = self.mint(&lender.mint).await?;
        let keys = LoanKeys::of(&loan, &lender, mint.token_program);
        // Read again in one request, so that all are of the same moment.
        let addresses = [
            keys.loan,
            keys.lender,
            keys.vehicle,
            keys.escrow,
            keys.wallet,
            sysvar::clock::ID,
            sysvar::rent::ID,
        ];
        let accounts: [_; 7] = self.accounts(&addresses).await?.try_into().unwrap_or_default();
        let [loan, lender, vehicle, escrow, wallet, clock, rent] = &accounts;
        let rent: Rent =
            rent.as_ref().and_then(|account| account.deserialize_data().ok()).unwrap_or_default();
        let escrow_size = escrow.as_ref().map_or(0, |account| account.data.len());
        let escrow_balance = escrow.as_ref().map_or(0, |account| account.lamports);
        let malformed = |source| ChainError::Malformed { what: "car wallet", address: keys.wallet, source };
        let wallet = wallet
            .as_ref()
            .map(|account| decode_token_account(&account.data).map_err(malformed))
            .transpose()?;
        let escrow: Escrow = decode("escrow", keys.escrow, escrow.as_ref())?;
        // What was paid as rent goes back to who paid it, whatever rent costs by now.
        let kept = escrow.rent.max(rent.minimum_balance(escrow_size));
        Ok(LoanAccounts {
            keys,
            loan: decode("loan", keys.loan, loan.as_ref())?,
            lender: decode("lender", keys.lender, lender.as_ref())?,
            vehicle: decode("vehicle", keys.vehicle, vehicle.as_ref())?,
            escrow,
            escrow_lamports: escrow_balance.saturating_sub(kept),
            wallet: wallet.map_or(0, |tokens| tokens.amount),
            mint,
            now: decode_clock(clock.as_ref())?,
        })
    }

    /// All loans of a lender, of a borrower, or of both together; the oldest first.
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
        for (address, account) in found.map_err(|source| self.unreachable(&source))? {
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

#[cfg(test)]
mod tests {
    use anchor_lang::AccountSerialize as _;

    use latchkey_client::latchkey::fixtures;

    use super::*;

    #[test]
    fn the_filters_for_loans_match_the_bytes_that_the_program_writes() {
        let mut loan = fixtures::loan(fixtures::terms());
        (loan.lender, loan.borrower) = (Pubkey::new_from_array([1; 32]), Pubkey::new_from_array([2; 32]));
        let mut bytes = Vec::new();
        loan.try_serialize(&mut bytes).unwrap();
        assert_eq!(&bytes[..8], Loan::DISCRIMINATOR);
        assert_eq!((&bytes[LENDER_AT..][..32], &bytes[BORROWER_AT..][..32]), (&[1; 32][..], &[2; 32][..]));
    }
}
