//! `latchkey loan quote`

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Args;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::lender_file::NO_FLOORS;
use latchkey_cli::printer::View;
use latchkey_cli::terms::TermsFile;
use latchkey_cli::units::date::When;
use latchkey_client::Pubkey;
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::rules::terms::check_terms;

use crate::context::Context;
use crate::failure::Usage;

/// Show what terms would cost: schedule, finance charge, total of payments
///
/// Signs and sends nothing. The terms must be such as the contract accepts when they are signed: the first due date lies
/// ahead. With --lender, the lender's policy applies too. With --decimals, no cluster is needed.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("money").required(true).args(["lender", "decimals"])))]
pub struct Quote {
    /// The terms file
    #[arg(long, value_name = "FILE")]
    terms: PathBuf,
    /// The lender account. Its mint, its policy and the cluster's time apply
    #[arg(long, value_name = "ADDRESS")]
    lender: Option<Pubkey>,
    /// Decimals of the mint. This machine's time applies
    #[arg(long, value_name = "N")]
    decimals: Option<u8>,
    /// When the loan would be signed [default: now]
    #[arg(long, value_name = "DATE")]
    at: Option<When>,
}

impl Quote {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let file = TermsFile::load(&self.terms)?;
        let (decimals, now, floors) = match (&self.lender, self.decimals) {
            (None, Some(decimals)) => (decimals, machine_time(), NO_FLOORS),
            (Some(lender), _) => {
                let lender = context.cluster.lender(lender).await?;
                let mint = context.cluster.mint(&lender.mint).await?;
                (mint.decimals, context.cluster.now().await?, lender.floors)
            }
            (None, None) => return Err(Usage("pass --lender or --decimals".to_owned()).into()),
        };
        let at = self.at.map_or(now, |at| at.from(now));
        let terms = file.terms(decimals, at)?;
        check_terms(&terms, &floors, at).map_err(|rule| Refusal(rule.into()))?;
        let disclosure = Disclosure::new(&terms, at, decimals)?;
        context.show(&View::new(disclosure.json(), disclosure.to_string()))
    }
}

/// This machine's time, Unix seconds.
fn machine_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}
