//! `latchkey localnet airdrop`

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::Pubkey;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::context::Context;

const TIMEOUT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(400);

/// Request SOL from the cluster's faucet
#[derive(Args)]
pub struct Airdrop {
    /// The address that receives it
    to: Pubkey,
    /// The amount, SOL
    #[arg(value_name = "SOL", value_parser = money::parse_sol)]
    lamports: u64,
}

impl Airdrop {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let rpc = &context.cluster.rpc;
        let signature = rpc
            .request_airdrop(&self.to, self.lamports)
            .await
            .context("the faucet refused: it may be empty, or the amount may be above its limit")?;
        let bar = context.printer.wait("waiting for the airdrop");
        let deadline = Instant::now() + TIMEOUT;
        while !rpc.confirm_transaction(&signature).await.unwrap_or(false) {
            if Instant::now() > deadline {
                bail!("the airdrop {signature} was not confirmed within {TIMEOUT:?}: try again");
            }
            sleep(POLL).await;
        }
        bar.finish_and_clear();
        let json = json!({ "to": self.to.to_string(), "lamports": self.lamports, "signature": signature.to_string() });
        let text = format!("{} SOL for {}", money::show_sol(self.lamports), self.to);
        context.show(&View::new(json, text))
    }
}
