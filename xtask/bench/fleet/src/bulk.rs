//! Sends many transactions of a setup, and waits until all have landed.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures::{StreamExt as _, stream};
use latchkey_client::Instruction;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::config::RpcSendTransactionConfig;
use solana_sdk::signature::{Keypair, Signature};
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;
use tokio::time::{Instant, sleep};

/// Transactions on their way at once, and being handed over at once.
const WINDOW: usize = 256;
const SENDS: usize = 32;
const LIMIT: Duration = Duration::from_mins(5);
const RESEND: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(300);

/// Sends one transaction for each list of instructions; the first of `signers` pays.
pub async fn send_all(rpc: &RpcClient, lists: &[Vec<Instruction>], signers: &[&Keypair]) -> Result<()> {
    for window in lists.chunks(WINDOW) {
        send_window(rpc, window, signers).await?;
    }
    Ok(())
}

async fn send_window(rpc: &RpcClient, lists: &[Vec<Instruction>], signers: &[&Keypair]) -> Result<()> {
    let payer = signers.first().context("a transaction needs a signer")?.pubkey();
    let blockhash = rpc.get_latest_blockhash().await?;
    let sign = |list: &Vec<Instruction>| {
        let signed = Transaction::new_signed_with_payer(list, Some(&payer), signers, blockhash);
        (signed.signatures[0], signed)
    };
    let mut open: HashMap<Signature, Transaction> = lists.iter().map(sign).collect();
    let deadline = Instant::now() + LIMIT;
    let mut send_at = Instant::now();
    while !open.is_empty() {
        if Instant::now() > deadline {
            bail!("{} transactions of the setup did not land within {LIMIT:?}", open.len());
        }
        if Instant::now() >= send_at {
            send_at = Instant::now() + RESEND;
            let config =
                RpcSendTransactionConfig { skip_preflight: true, ..RpcSendTransactionConfig::default() };
            let sends =
                open.values().map(|transaction| rpc.send_transaction_with_config(transaction, config));
            stream::iter(sends).buffer_unordered(SENDS).for_each(async |_| ()).await;
        }
        sleep(LOOK).await;
        let signatures: Vec<Signature> = open.keys().copied().collect();
        let statuses = rpc.get_signature_statuses(&signatures).await?.value;
        for (signature, status) in signatures.iter().zip(statuses) {
            let Some(status) = status.filter(|status| status.confirmation_status.is_some()) else { continue };
            if status.satisfies_commitment(rpc.commitment()) {
                open.remove(signature);
            }
            status.status.with_context(|| format!("a transaction of the setup failed: {signature}"))?;
        }
    }
    Ok(())
}
