use std::{str::FromStr, time::Duration};

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use latchkey_client::{Instruction, Pubkey};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::{
    nonblocking::rpc_client::RpcClient, rpc_client::GetConfirmedSignaturesForAddress2Config,
};
use solana_rpc_client_api::{
    client_error::{Error as ClientError, ErrorKind},
    config::{RpcSendTransactionConfig, RpcTransactionConfig},
    request::{RpcError, RpcResponseErrorData},
};
use solana_sdk::{
    account::Account,
    clock::Clock,
    signature::{Keypair, Signature},
    sysvar,
    transaction::{Transaction, TransactionError},
};
use solana_transaction_status_client_types::{UiTransactionEncoding, option_serializer::OptionSerializer};
use tokio::time::{Instant, sleep};

use super::{
    chain::{Chain, Landed},
    refusal,
};

const LANDING: Duration = Duration::from_secs(45);
const LOOK: Duration = Duration::from_millis(150);

/// A real ledger, seen at `confirmed`; time passes by itself.
pub struct RpcChain {
    rpc: RpcClient,
}

impl RpcChain {
    /// The ledger behind an RPC address.
    pub fn new(url: &str) -> Self {
        Self { rpc: RpcClient::new_with_commitment(url.to_owned(), CommitmentConfig::confirmed()) }
    }

    /// Waits until a transaction is confirmed.
    async fn landed(&self, signature: &Signature) -> Result<Result<(), TransactionError>> {
        let deadline = Instant::now() + LANDING;
        while Instant::now() < deadline {
            let status = self.rpc.get_signature_statuses(&[*signature]).await?.value.remove(0);
            if let Some(status) =
                status.filter(|status| status.satisfies_commitment(CommitmentConfig::confirmed()))
            {
                return Ok(status.status);
            }
            sleep(LOOK).await;
        }
        bail!("transaction {signature} did not land within {LANDING:?}")
    }

    async fn transaction(&self, signature: &Signature) -> Result<Landed> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(CommitmentConfig::confirmed()),
            max_supported_transaction_version: Some(0),
        };
        // A node lists a signature a moment before it can show the block that holds it.
        let deadline = Instant::now() + LANDING;
        let found = loop {
            match self.rpc.get_transaction_with_config(signature, config).await {
                Ok(found) => break found.transaction,
                Err(error) if Instant::now() > deadline => return Err(error.into()),
                Err(_) => sleep(LOOK).await,
            }
        };
        let meta = found.meta.context("a transaction without its outcome")?;
        let transaction = found.transaction.decode().context("a transaction that does not decode")?;
        let keys = transaction.message.static_account_keys();
        let logs = match meta.log_messages {
            OptionSerializer::Some(logs) => logs,
            _ => Vec::new(),
        };
        let instructions = transaction.message.instructions().iter();
        Ok(Landed {
            signature: *signature,
            payer: keys[0],
            fee: meta.fee,
            failed: meta.err.is_some(),
            instructions: instructions
                .map(|instruction| {
                    (keys[usize::from(instruction.program_id_index)], instruction.data.clone())
                })
                .collect(),
            logs,
        })
    }
}

#[async_trait]
impl Chain for RpcChain {
    async fn now(&self) -> Result<i64> {
        let account = self.account(&sysvar::clock::ID).await?.context("a ledger without a clock")?;
        Ok(account.deserialize_data::<Clock>()?.unix_timestamp)
    }

    async fn account(&self, address: &Pubkey) -> Result<Option<Account>> {
        let found = self.rpc.get_account_with_commitment(address, CommitmentConfig::confirmed()).await?;
        Ok(found.value)
    }

    async fn airdrop(&self, to: &Pubkey, lamports: u64) -> Result<()> {
        let signature = self.rpc.request_airdrop(to, lamports).await?;
        self.landed(&signature).await?.context("the airdrop failed")
    }

    async fn send(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Signature> {
        let payer = signers.first().context("a transaction needs a signer")?;
        let blockhash = self.rpc.get_latest_blockhash().await?;
        let payer = solana_sdk::signer::Signer::pubkey(payer);
        let transaction = Transaction::new_signed_with_payer(instructions, Some(&payer), signers, blockhash);
        let config = RpcSendTransactionConfig {
            preflight_commitment: Some(CommitmentConfig::confirmed().commitment),
            ..RpcSendTransactionConfig::default()
        };
        let sent = self.rpc.send_transaction_with_config(&transaction, config).await;
        let signature = sent.map_err(|error| match error.get_transaction_error() {
            Some(refused) => refusal(&refused, preflight_logs(&error)),
            None => error.into(),
        })?;
        if let Err(refused) = self.landed(&signature).await? {
            return Err(refusal(&refused, &self.transaction(&signature).await?.logs));
        }
        Ok(signature)
    }

    async fn history(&self, address: &Pubkey, after: Option<Signature>) -> Result<Vec<Landed>> {
        let mut signatures = Vec::new();
        loop {
            let config = GetConfirmedSignaturesForAddress2Config {
                before: signatures.last().copied(),
                until: after,
                limit: None,
                commitment: Some(CommitmentConfig::confirmed()),
            };
            let page = self.rpc.get_signatures_for_address_with_config(address, config).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                signatures.push(Signature::from_str(&entry.signature)?);
            }
        }
        let mut landed = Vec::with_capacity(signatures.len());
        for signature in signatures.iter().rev() {
            landed.push(self.transaction(signature).await?);
        }
        Ok(landed)
    }

    async fn reach(&self, time: i64) -> Result<()> {
        while self.now().await? < time {
            self.linger().await;
        }
        Ok(())
    }

    async fn linger(&self) {
        sleep(LOOK).await;
    }
}

/// The logs of the simulation that refused a transaction before it was sent.
fn preflight_logs(error: &ClientError) -> &[String] {
    match error.kind() {
        ErrorKind::RpcError(RpcError::RpcResponseError {
            data: RpcResponseErrorData::SendTransactionPreflightFailure(simulated),
            ..
        }) => simulated.logs.as_deref().unwrap_or_default(),
        _ => &[],
    }
}
