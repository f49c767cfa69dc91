//! `latchkey lender policy`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::lender_file::floors_shown;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::terms::UNTIL_UNLOCKED;
use latchkey_cli::units::duration::{self, DurationError};
use latchkey_cli::units::{money, rate};
use latchkey_client::instructions;
use serde_json::{Map, Value, json};

use super::Which;
use crate::context::Context;

/// What is not named stays. Loans that exist keep what their parties signed.
#[derive(Args)]
pub struct Policy {
    /// Least time between the oldest unpaid due date and default, such as 10d
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_grace: Option<u32>,
    /// Least time between a served notice and a lock
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_notice: Option<u32>,
    /// Highest rate a year, such as 36%
    #[arg(long, value_name = "PERCENT", value_parser = rate::parse)]
    max_apr: Option<u16>,
    /// Highest late fee for one instalment, tokens
    #[arg(long, value_name = "AMOUNT")]
    max_late_fee: Option<String>,
    /// Earliest a late fee may fall after a due date
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_late_after: Option<u32>,
    /// Shortest emergency start
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_emergency: Option<u32>,
    /// Fewest emergency starts a loan grants
    #[arg(long, value_name = "N")]
    min_emergency_max: Option<u8>,
    /// Longest a lock may stand without renewal, or until-unlocked
    #[arg(long, value_name = "TIME", value_parser = lock_ttl)]
    max_lock_ttl: Option<u32>,
    #[command(flatten)]
    which: Which,
}

/// Zero means "until unlocked" to the program.
fn lock_ttl(text: &str) -> Result<u32, DurationError> {
    if text == UNTIL_UNLOCKED { Ok(0) } else { duration::parse(text) }
}

impl Policy {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let lender = context.cluster.lender(&address).await?;
        let decimals = context.cluster.mint(&lender.mint).await?.decimals;
        let mut floors = lender.floors;
        let named = [
            (&mut floors.min_grace_secs, self.min_grace),
            (&mut floors.min_notice_secs, self.min_notice),
            (&mut floors.min_late_after_secs, self.min_late_after),
            (&mut floors.min_emergency_secs, self.min_emergency),
            (&mut floors.max_lock_ttl_secs, self.max_lock_ttl),
        ];
        for (floor, named) in named {
            *floor = named.unwrap_or(*floor);
        }
        floors.max_apr_bps = self.max_apr.unwrap_or(floors.max_apr_bps);
        floors.min_emergency_max = self.min_emergency_max.unwrap_or(floors.min_emergency_max);
        if let Some(fee) = &self.max_late_fee {
            floors.max_late_fee = money::parse(fee, decimals).context("--max-late-fee")?;
        }

        let shown = floors_shown(&floors, decimals);
        let policy: Map<String, Value> =
            shown.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let view = View::new(json!({ "lender": address.to_string(), "policy": policy }), rows(shown));
        if floors == lender.floors {
            return Ok(context.printer.show(&view)?);
        }
        let authority = context.me()?;
        let set = instructions::set_policy(address, authority.address(), floors);
        context.run("setting the policy", &[set], &[&authority], view).await
    }
}
