//! `latchkey lender policy`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::lender_file::{PolicyFile, policy_rows};
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::{duration, money, rate};
use latchkey_client::instructions;
use latchkey_client::latchkey::state::PolicyFloors;
use serde_json::{Map, Value, json};

use super::LenderArg;
use crate::context::Context;

/// Change the limits for the terms of new loans
///
/// Options that are not given stay as they are. Existing loans keep the terms that their parties signed.
#[derive(Args)]
pub struct Policy {
    /// Take all limits from a policy file, such as migrations/policies/california.toml; other options come on top
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Minimum time from the oldest unpaid due date to default, such as 10d
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_grace: Option<u32>,
    /// The same for loans that are paid weekly or more often
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_grace_weekly: Option<u32>,
    /// Minimum time from a complete notice to a lock
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_notice: Option<u32>,
    /// The same for loans that are paid weekly or more often
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_notice_weekly: Option<u32>,
    /// Minimum number of channels that a notice is served by
    #[arg(long, value_name = "N")]
    min_notice_channels: Option<u8>,
    /// Whether a notice counts only after default
    #[arg(long, value_name = "BOOL")]
    notice_after_default: Option<bool>,
    /// Minimum time from a final notice to a lock; 0s if none is owed
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_final_notice: Option<u32>,
    /// Maximum rate per year, such as 36%
    #[arg(long, value_name = "PERCENT", value_parser = rate::parse)]
    max_apr: Option<u32>,
    /// Maximum late fee for one instalment, tokens
    #[arg(long, value_name = "AMOUNT")]
    max_late_fee: Option<String>,
    /// Minimum time from a due date to its late fee
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_late_after: Option<u32>,
    /// Minimum time from a due date to the car's warning
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_warn_after: Option<u32>,
    /// Minimum length of an emergency start
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    min_emergency: Option<u32>,
    /// Minimum number of emergency starts per loan
    #[arg(long, value_name = "N")]
    min_emergency_max: Option<u8>,
    /// Maximum length of a lock without renewal; 0s: the 45 days that no loan may exceed
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    max_lock_ttl: Option<u32>,
    /// Whether the unlock function must have a public https address
    #[arg(long, value_name = "BOOL")]
    public_unlock: Option<bool>,
    #[command(flatten)]
    lender: LenderArg,
}

impl Policy {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let lender = context.cluster.lender(&address).await?;
        let decimals = context.cluster.mint(&lender.mint).await?.decimals;
        let mut floors = match &self.file {
            Some(path) => PolicyFile::load(path)?.floors(decimals)?,
            None => lender.floors,
        };
        self.change(&mut floors, decimals)?;

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

    /// Changes the limits that are given as options.
    fn change(&self, floors: &mut PolicyFloors, decimals: u8) -> Result<()> {
        let options = [
            (&mut floors.min_grace_secs, self.min_grace),
            (&mut floors.min_grace_weekly_secs, self.min_grace_weekly),
            (&mut floors.min_notice_secs, self.min_notice),
            (&mut floors.min_notice_weekly_secs, self.min_notice_weekly),
            (&mut floors.min_final_notice_secs, self.min_final_notice),
            (&mut floors.max_apr_ppm, self.max_apr),
            (&mut floors.min_late_after_secs, self.min_late_after),
            (&mut floors.min_warn_after_secs, self.min_warn_after),
            (&mut floors.min_emergency_secs, self.min_emergency),
            (&mut floors.max_lock_ttl_secs, self.max_lock_ttl),
        ];
        for (floor, option) in options {
            *floor = option.unwrap_or(*floor);
        }
        floors.min_channels = self.min_notice_channels.unwrap_or(floors.min_channels);
        floors.notice_after_default = self.notice_after_default.unwrap_or(floors.notice_after_default);
        floors.min_emergency_max = self.min_emergency_max.unwrap_or(floors.min_emergency_max);
        floors.public_unlock = self.public_unlock.unwrap_or(floors.public_unlock);
        if let Some(fee) = &self.max_late_fee {
            floors.max_late_fee = money::parse(fee, decimals).context("--max-late-fee")?;
        }
        Ok(())
    }
}
