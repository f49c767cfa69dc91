//! `latchkey loan quote`

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Args;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::printer::View;
use latchkey_cli::terms::TermsFile;
use latchkey_cli::units::date::When;
use latchkey_client::Pubkey;
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::rules::terms::check_terms;

use crate::context::Context;

/// Signs and sends nothing. With --lender, the terms are held against its policy too; with --decimals, no cluster is
/// asked.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("money").required(true).args(["lender", "decimals"])))]
pub struct Quote {
    /// The terms file
    #[arg(long, value_name = "FILE")]
    terms: PathBuf,
    /// The lender account: its mint, its policy, and the cluster's time
    #[arg(long, value_name = "ADDRESS")]
    lender: Option<Pubkey>,
    /// Decimals of the mint
    #[arg(long, value_name = "N")]
    decimals: Option<u8>,
    /// When it would be signed [default: now]
    #[arg(long, value_name = "DATE")]
    at: Option<When>,
}

impl Quote {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let file = TermsFile::load(&self.terms)?;
        let here = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut now = i64::try_from(here).unwrap_or(i64::MAX);
        let mut decimals = self.decimals.unwrap_or_default();
        let mut floors = None;
        if let Some(lender) = &self.lender {
            let lender = context.cluster.lender(lender).await?;
            decimals = context.cluster.mint(&lender.mint).await?.decimals;
            now = context.cluster.now().await?;
            floors = Some(lender.floors);
        }
        let at = self.at.map_or(now, |at| at.from(now));
        let terms = file.terms(decimals, at)?;
        if let Some(floors) = floors {
            check_terms(&terms, &floors, at).map_err(|rule| Refusal(rule.into()))?;
        }
        let disclosure = Disclosure::new(&terms, at, decimals)?;
        Ok(context.printer.show(&View::new(disclosure.json(), disclosure.to_string()))?)
    }
}
