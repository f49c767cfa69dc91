//! The table `[policy]`: limits that the terms of new loans must keep to.

use latchkey_client::latchkey::state::PolicyFloors;
use serde::Deserialize;

use super::{LenderFileError, wrong};
use crate::units::lock_ttl::{self, LockTtl};
use crate::units::{duration, money, rate};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    min_grace: String,
    min_notice: String,
    max_apr: String,
    max_late_fee: String,
    min_late_after: String,
    min_emergency: String,
    min_emergency_max: u8,
    max_lock_ttl: String,
}

impl PolicyFile {
    pub fn floors(&self, decimals: u8) -> Result<PolicyFloors, LenderFileError> {
        let secs = |key: &str, text: &str| duration::parse(text).map_err(wrong(format!("policy.{key}")));
        Ok(PolicyFloors {
            min_grace_secs: secs("min_grace", &self.min_grace)?,
            min_notice_secs: secs("min_notice", &self.min_notice)?,
            max_apr_bps: rate::parse(&self.max_apr).map_err(wrong("policy.max_apr".to_owned()))?,
            max_late_fee: money::parse(&self.max_late_fee, decimals)
                .map_err(wrong("policy.max_late_fee".to_owned()))?,
            min_late_after_secs: secs("min_late_after", &self.min_late_after)?,
            min_emergency_secs: secs("min_emergency", &self.min_emergency)?,
            min_emergency_max: self.min_emergency_max,
            max_lock_ttl_secs: lock_ttl::parse(&self.max_lock_ttl)
                .map_err(wrong("policy.max_lock_ttl".to_owned()))?
                .stored(),
        })
    }
}

/// A policy with the keys and units of a lender file.
pub fn policy_rows(floors: &PolicyFloors, decimals: u8) -> [(&'static str, String); 8] {
    let secs = |secs: u32| duration::show(secs.into());
    [
        ("min_grace", secs(floors.min_grace_secs)),
        ("min_notice", secs(floors.min_notice_secs)),
        ("max_apr", rate::show(floors.max_apr_bps)),
        ("max_late_fee", money::show(floors.max_late_fee, decimals)),
        ("min_late_after", secs(floors.min_late_after_secs)),
        ("min_emergency", secs(floors.min_emergency_secs)),
        ("min_emergency_max", floors.min_emergency_max.to_string()),
        ("max_lock_ttl", lock_ttl::show(LockTtl::new(floors.max_lock_ttl_secs()))),
    ]
}
