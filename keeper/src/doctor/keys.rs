//! Key files: there, private, and each in one role only.

use std::path::Path;

use anchor_lang::prelude::Pubkey;
use latchkey_link::key_file;
use latchkey_link::redacted::RedactedError;

use super::Findings;
use crate::config::Config;

/// The public keys that could be read.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub keeper: Option<Pubkey>,
    pub payers: Vec<Pubkey>,
    pub command: Vec<Pubkey>,
}

pub(super) fn examine(config: &Config, findings: &mut Findings) -> Keys {
    let keeper = read(&config.keypair, "the keeper's key", findings);
    let payers: Vec<Pubkey> =
        config.fee_payers.iter().filter_map(|path| read(path, "a fee payer's key", findings)).collect();
    let command: Vec<Pubkey> =
        config.command_keys.iter().filter_map(|path| read(path, "a command key", findings)).collect();
    if let Some(twice) = keeper.filter(|keeper| payers.contains(keeper)) {
        let remedy =
            "give fee_payers keys of their own: they exist so that transactions do not wait for one another";
        findings.warning("keys", twice, "the keeper's key is a fee payer too", remedy);
    }
    if let Some(shared) = keeper.iter().chain(&payers).find(|key| command.contains(key)) {
        let remedy = "make a command key of its own: whoever gets the keeper's key could then command cars";
        findings.warning("keys", shared, "a command key holds money too", remedy);
    }
    if config.command_keys.is_empty() && config.functions.hosts.is_empty() {
        let remedy = "name a command key file in command_keys, or a host in functions.hosts";
        findings.fault("keys", "", "there is no command key and no function to call", remedy);
    }
    Keys { keeper, payers, command }
}

fn read(path: &Path, role: &str, findings: &mut Findings) -> Option<Pubkey> {
    match key_file::read(path) {
        Ok(key) => {
            let key = Pubkey::new_from_array(key.verifying_key().to_bytes());
            findings.ok("keys", path.display(), format_args!("{role}, {key}"));
            Some(key)
        }
        Err(error) => {
            findings.fault("keys", path.display(), RedactedError::new(&error), "follow the message");
            None
        }
    }
}
