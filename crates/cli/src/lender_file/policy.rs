//! Policies: limits that the terms of new loans must keep to. The table `[policy]`, or a separate file.

use std::path::Path;

use latchkey_client::latchkey::state::PolicyFloors;
use serde::Deserialize;

use super::{LenderFileError, wrong};
use crate::toml_file::TomlFile;
use crate::units::{duration, money, rate};

const POLICY_FILE: TomlFile = TomlFile { name: "the policy", keys: "migrations/policies/ has examples" };

/// Floors that exclude nothing that the contract itself allows.
pub const NO_FLOORS: PolicyFloors = PolicyFloors {
    min_grace_secs: 0,
    min_grace_weekly_secs: 0,
    min_notice_secs: 0,
    min_notice_weekly_secs: 0,
    min_channels: 0,
    notice_after_default: false,
    min_final_notice_secs: 0,
    max_apr_ppm: u32::MAX,
    max_late_fee: u64::MAX,
    min_late_after_secs: 0,
    min_warn_after_secs: 0,
    min_emergency_secs: 0,
    min_emergency_max: 0,
    max_lock_ttl_secs: 0,
    public_unlock: false,
};

/// A policy as it is written. [`PolicyFile::floors`] converts it to the program's units.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    min_grace: String,
    /// For loans paid weekly or more often. None: as for all others.
    min_grace_weekly: Option<String>,
    min_notice: String,
    min_notice_weekly: Option<String>,
    min_notice_channels: u8,
    #[serde(default)]
    notice_after_default: bool,
    #[serde(default = "none")]
    min_final_notice: String,
    max_apr: String,
    max_late_fee: String,
    min_late_after: String,
    min_warn_after: String,
    min_emergency: String,
    min_emergency_max: u8,
    max_lock_ttl: String,
    #[serde(default)]
    public_unlock: bool,
}

fn none() -> String {
    "0s".to_owned()
}

impl PolicyFile {
    pub fn load(path: &Path) -> Result<Self, LenderFileError> {
        Ok(POLICY_FILE.load(path)?)
    }

    pub fn parse(text: &str) -> Result<Self, LenderFileError> {
        Ok(POLICY_FILE.parse(text)?)
    }

    pub fn floors(&self, decimals: u8) -> Result<PolicyFloors, LenderFileError> {
        let secs = |key: &str, text: &str| duration::parse(text).map_err(wrong(format!("policy.{key}")));
        let weekly = |key: &str, text: &Option<String>, other: u32| match text {
            Some(text) => secs(key, text),
            None => Ok(other),
        };
        let min_grace_secs = secs("min_grace", &self.min_grace)?;
        let min_notice_secs = secs("min_notice", &self.min_notice)?;
        Ok(PolicyFloors {
            min_grace_secs,
            min_grace_weekly_secs: weekly("min_grace_weekly", &self.min_grace_weekly, min_grace_secs)?,
            min_notice_secs,
            min_notice_weekly_secs: weekly("min_notice_weekly", &self.min_notice_weekly, min_notice_secs)?,
            min_channels: self.min_notice_channels,
            notice_after_default: self.notice_after_default,
            min_final_notice_secs: secs("min_final_notice", &self.min_final_notice)?,
            max_apr_ppm: rate::parse(&self.max_apr).map_err(wrong("policy.max_apr".to_owned()))?,
            max_late_fee: money::parse(&self.max_late_fee, decimals)
                .map_err(wrong("policy.max_late_fee".to_owned()))?,
            min_late_after_secs: secs("min_late_after", &self.min_late_after)?,
            min_warn_after_secs: secs("min_warn_after", &self.min_warn_after)?,
            min_emergency_secs: secs("min_emergency", &self.min_emergency)?,
            min_emergency_max: self.min_emergency_max,
            max_lock_ttl_secs: secs("max_lock_ttl", &self.max_lock_ttl)?,
            public_unlock: self.public_unlock,
        })
    }
}

/// A policy with the keys and units of a lender file.
pub fn policy_rows(floors: &PolicyFloors, decimals: u8) -> [(&'static str, String); 15] {
    let secs = |secs: u32| duration::show(secs.into());
    [
        ("min_grace", secs(floors.min_grace_secs)),
        ("min_grace_weekly", secs(floors.min_grace_weekly_secs)),
        ("min_notice", secs(floors.min_notice_secs)),
        ("min_notice_weekly", secs(floors.min_notice_weekly_secs)),
        ("min_notice_channels", floors.min_channels.to_string()),
        ("notice_after_default", floors.notice_after_default.to_string()),
        ("min_final_notice", secs(floors.min_final_notice_secs)),
        ("max_apr", rate::show(floors.max_apr_ppm)),
        ("max_late_fee", money::show(floors.max_late_fee, decimals)),
        ("min_late_after", secs(floors.min_late_after_secs)),
        ("min_warn_after", secs(floors.min_warn_after_secs)),
        ("min_emergency", secs(floors.min_emergency_secs)),
        ("min_emergency_max", floors.min_emergency_max.to_string()),
        ("max_lock_ttl", secs(floors.max_lock_ttl_secs)),
        ("public_unlock", floors.public_unlock.to_string()),
    ]
}
