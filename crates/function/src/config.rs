//! How a function is set up.

use serde::{Deserialize, Serialize};

use crate::messages::Messages;

/// How a function is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FunctionConfig {
    /// How far a request's time may lie from the chain's, seconds.
    pub freshness_secs: u32,
    /// How often the chain is read again while the car has not answered, seconds: a cure or a newer request stops a
    /// command that is still on its way.
    pub recheck_secs: u32,
    /// What drivers read.
    pub messages: Messages,
}

impl Default for FunctionConfig {
    fn default() -> Self {
        Self { freshness_secs: 120, recheck_secs: 5, messages: Messages::default() }
    }
}
