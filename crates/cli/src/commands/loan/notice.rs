//! `latchkey loan notice`

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use latchkey_cli::lender_file::parse_hash;
use latchkey_cli::printer::View;
use latchkey_cli::views::CHANNELS;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::commands::LenderKey;
use crate::context::Context;
use crate::failure::Usage;

/// The chain keeps the hash of what was sent and the ways it was sent, so that it can be proven later.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("proof").required(true).args(["evidence", "evidence_hash"])))]
pub struct Notice {
    /// The loan
    loan: Pubkey,
    /// The file of what was sent: its SHA-256 goes on chain, so keep the file
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// The SHA-256 of what was sent, hex
    #[arg(long, value_name = "HEX")]
    evidence_hash: Option<String>,
    /// How it was sent; can be given more than once
    #[arg(long, required = true)]
    channel: Vec<Channel>,
    #[command(flatten)]
    key: LenderKey,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Channel {
    Mail,
    Email,
    Text,
    Phone,
    App,
}

impl Notice {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let evidence = self.evidence()?;
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let signer = context.for_lender(&scene.lender, self.key.lender_keypair.as_ref())?;
        let used: Vec<(&str, u8)> =
            CHANNELS.into_iter().enumerate().filter(|(at, _)| self.names(*at)).map(|(_, it)| it).collect();
        let bits = used.iter().fold(0, |bits, (_, bit)| bits | bit);
        let names: Vec<&str> = used.iter().map(|(name, _)| *name).collect();
        let notice = instructions::serve_notice(&scene.keys, signer.address(), evidence, bits);
        let hash = hex::encode(evidence);
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "evidence": hash, "channels": names }),
            format!("notice served by {}, evidence {hash}", names.join(", ")),
        );
        context.run("the notice", &[notice], &[&signer], view).await
    }

    /// Whether the channel at this place of [`CHANNELS`] was used.
    fn names(&self, at: usize) -> bool {
        let order = [Channel::Mail, Channel::Email, Channel::Text, Channel::Phone, Channel::App];
        order.get(at).is_some_and(|channel| self.channel.contains(channel))
    }

    fn evidence(&self) -> Result<[u8; 32], Usage> {
        match (&self.evidence, &self.evidence_hash) {
            (Some(path), _) => {
                let bytes = fs::read(path).map_err(|error| {
                    Usage(format!("cannot read the evidence {}: {error}", path.display()))
                })?;
                Ok(Sha256::digest(bytes).into())
            }
            (None, hash) => hash
                .as_deref()
                .and_then(parse_hash)
                .ok_or_else(|| Usage("--evidence-hash is 64 hex digits".to_owned())),
        }
    }
}
