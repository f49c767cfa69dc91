//! `latchkey loan notice`

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use latchkey_cli::printer::View;
use latchkey_cli::units::{channel, hash};
use latchkey_client::instructions;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::commands::LoanArg;
use crate::commands::signers::LenderKey;
use crate::context::Context;
use crate::failure::Usage;

/// Record that the borrower was given notice of what is past due
///
/// The chain stores the hash of what was sent and the channels, as evidence for later.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("proof").required(true).args(["evidence", "evidence_hash"])))]
pub struct Notice {
    #[command(flatten)]
    loan: LoanArg,
    /// The file that was sent. Its SHA-256 goes on chain, so keep the file
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// The SHA-256 of what was sent, hex
    #[arg(long, value_name = "HEX", value_parser = hash::parse)]
    evidence_hash: Option<[u8; 32]>,
    /// How it was sent. Can be given more than once
    #[arg(
        long,
        required = true,
        value_parser = PossibleValuesParser::new(channel::SERVED.map(|(name, _)| name))
            .try_map(|name| channel::parse(&name).ok_or("unknown channel"))
    )]
    channel: Vec<u8>,
    #[command(flatten)]
    lender: LenderKey,
}

impl Notice {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let evidence = self.evidence()?;
        let accounts = self.loan.read(context).await?;
        let signer = self.lender.signer(context, &accounts.lender)?;
        let channels = self.channel.iter().fold(0, |bits, bit| bits | bit);
        let notice = instructions::serve_notice(&accounts.keys, signer.address(), evidence, channels);
        let (hash, names) = (hash::show(evidence), channel::show(channels));
        let view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "evidence": hash, "channels": names }),
            format!("notice served by {}, evidence {hash}", names.join(", ")),
        );
        context.run("the notice", &[notice], &[&signer], view).await
    }

    fn evidence(&self) -> Result<[u8; 32], Usage> {
        match (self.evidence_hash, &self.evidence) {
            (Some(hash), _) => Ok(hash),
            (None, Some(path)) => match fs::read(path) {
                Ok(bytes) => Ok(Sha256::digest(bytes).into()),
                Err(error) => Err(Usage(format!("cannot read the evidence {}: {error}", path.display()))),
            },
            (None, None) => Err(Usage("pass --evidence or --evidence-hash".to_owned())),
        }
    }
}
