//! What the cluster remembers of a function call: the events of the transactions that named it.

use latchkey_client::Pubkey;
use latchkey_client::events::{Event, from_logs};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_sdk::signature::Signature;
use solana_transaction_status_client_types::UiTransactionEncoding;
use solana_transaction_status_client_types::option_serializer::OptionSerializer;

use super::{ChainError, Cluster};
use crate::audit::Asked;

impl Cluster {
    /// What was asked at this address; `None` if no transaction that the node remembers asked for anything there.
    pub async fn asked(&self, invocation: &Pubkey) -> Result<Option<Asked>, ChainError> {
        let mut asked = None;
        let mut is_settled = false;
        for signature in self.signatures(invocation).await? {
            let config = RpcTransactionConfig {
                encoding: Some(UiTransactionEncoding::Base64),
                commitment: Some(CommitmentConfig::confirmed()),
                max_supported_transaction_version: Some(0),
            };
            let found = self.rpc.get_transaction_with_config(&signature, config).await;
            let meta = found.map_err(|source| self.unreachable(&source))?.transaction.meta;
            let Some(OptionSerializer::Some(logs)) = meta.map(|meta| meta.log_messages) else { continue };
            for event in from_logs(logs.iter().map(String::as_str)) {
                match event {
                    Event::InvocationRequested(event) if event.invocation == *invocation => {
                        asked = Some(event.action);
                    }
                    Event::InvocationConfirmed(event) if event.invocation == *invocation => is_settled = true,
                    _ => {}
                }
            }
        }
        Ok(asked.map(|action| Asked { action, is_settled }))
    }

    /// Every transaction that named an address and succeeded, the newest first. Anybody can name it, so there can be many.
    async fn signatures(&self, address: &Pubkey) -> Result<Vec<Signature>, ChainError> {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let config = GetConfirmedSignaturesForAddress2Config {
                before,
                commitment: Some(CommitmentConfig::confirmed()),
                ..GetConfirmedSignaturesForAddress2Config::default()
            };
            let page = self.rpc.get_signatures_for_address_with_config(address, config).await;
            let page = page.map_err(|source| self.unreachable(&source))?;
            before = page.last().and_then(|entry| entry.signature.parse().ok());
            let succeeded = page.iter().filter(|entry| entry.err.is_none());
            all.extend(succeeded.filter_map(|entry| entry.signature.parse::<Signature>().ok()));
            if before.is_none() {
                return Ok(all);
            }
        }
    }
}
