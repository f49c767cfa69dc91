//! `latchkey lender policy`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::lender_file::policy_rows;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::lock_ttl::{self, LockTtl};
use latchkey_cli::units::{duration, money, rate};
use latchkey_client::instructions;
use serde_json::{Map, Value, json};

use super::LenderArg;
use crate::context::Context;

/// Change the limits for the terms of new loans
///
/// Options that are not given stay as they are. Existing loans keep the terms that their parties signed.
#[derive(Args)]
pub struct Policy {
    /// Minimum time from the oldest unpaid due date to default, such as 10d
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_grace: Option<u32>,
    /// Minimum time from a served notice to a lock
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_notice: Option<u32>,
    /// Maximum rate per year, such as 36%
    #[arg(long, value_name = "PERCENT", value_parser = rate::parse)]
    max_apr: Option<u16>,
    /// Maximum late fee for one instalment, tokens
    #[arg(long, value_name = "AMOUNT")]
    max_late_fee: Option<String>,
    /// Minimum time from a due date to its late fee
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_late_after: Option<u32>,
    /// Minimum length of an emergency start
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_emergency: Option<u32>,
    /// Minimum number of emergency starts per loan
    #[arg(long, value_name = "N")]
    min_emergency_max: Option<u8>,
    /// Maximum length of a lock without renewal, or until-unlocked
    #[arg(long, value_name = "TIME", value_parser = lock_ttl::parse)]
    max_lock_ttl: Option<LockTtl>,
    #[command(flatten)]
    lender: LenderArg,
}

impl Policy {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let lender = context.cluster.lender(&address).await?;
        let decimals = context.cluster.mint(&lender.mint).await?.decimals;
        let mut floors = lender.floors;
        let options = [
            (&mut floors.min_grace_secs, self.min_grace),
            (&mut floors.min_notice_secs, self.min_notice),
            (&mut floors.min_late_after_secs, self.min_late_after),
            (&mut floors.min_emergency_secs, self.min_emergency),
            (&mut floors.max_lock_ttl_secs, self.max_lock_ttl.map(LockTtl::stored)),
        ];
        for (floor, option) in options {
            *floor = option.unwrap_or(*floor);
        }
        floors.max_apr_bps = self.max_apr.unwrap_or(floors.max_apr_bps);
        floors.min_emergency_max = self.min_emergency_max.unwrap_or(floors.min_emergency_max);
        if let Some(fee) = &self.max_late_fee {
            floors.max_late_fee = money::parse(fee, decimals).context("--max-late-fee")?;
        }

        let settings = policy_rows(&floors, decimals);
        let policy: Map<String, Value> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let view = View::new(json!({ "lender": address.to_string(), "policy": policy }), rows(settings));
        if floors == lender.floors {
            return context.show(&view);
        }
        let authority = context.me()?;
        let set = instructions::set_policy(address, authority.address(), floors);
        context.run("setting the policy", &[set], &[&authority], view).await
    }
}
