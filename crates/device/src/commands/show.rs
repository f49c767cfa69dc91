//! `latchkey-device show`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_device::config::Config;
use latchkey_device::keyring::Keyring;
use latchkey_device::state::{Lock, Obeyed};
use latchkey_device::store::{DiskStore, Store as _, disk::SystemDisk};
use latchkey_protocol::KeySet;
use serde_json::{Value, json};

#[derive(Args)]
pub struct Show {
    /// The configuration file
    #[arg(long)]
    config: PathBuf,
    /// Also the signed commands and receipts that the car keeps, newest first, for `latchkey vehicle audit`
    #[arg(long)]
    evidence: bool,
}

impl Show {
    pub fn execute(&self) -> Result<()> {
        let config = Config::load(&self.config)?;
        let identity = config.identity()?;
        // It only reads, so it may look while the agent runs.
        let state = DiskStore::on(SystemDisk, &config.state_dir).load()?;
        let keyring = state.keyring.as_ref().unwrap_or(&identity.keyring);
        let mut shown = json!({
            "vehicle": base58(&identity.vehicle),
            "boots": state.boots,
            "lock": lock(state.lock),
            "message": state.message,
            "newest": state.last.as_ref().map(|obeyed| obeyed.seq.to_string()),
            "newest_warning": state.warned.as_ref().map(|obeyed| obeyed.seq.to_string()),
            "old_numbers": state.old_numbers.map(|seq| seq.to_string()),
            "wrong_codes": state.tries.wrong,
            "nonce": hex::encode(state.nonce),
            "root": identity.root.as_ref().map(base58),
            "keyring": keys(keyring),
        });
        if self.evidence {
            let receipts: Vec<Value> =
                state.last.iter().chain(&state.warned).chain(&state.earlier).map(evidence).collect();
            shown["receipts"] = json!(receipts);
            shown["commands"] = json!(state.commands.iter().map(hex::encode).collect::<Vec<_>>());
            shown["keyring_receipt"] = json!(state.handed.map(hex::encode));
        }
        println!("{shown}");
        Ok(())
    }
}

fn lock(lock: Lock) -> Value {
    match lock {
        Lock::Unlocked => json!("unlocked"),
        Lock::Armed { lease, .. } => json!({ "armed_until": lease.until }),
        Lock::Locked(lease) => json!({ "locked_until": lease.until }),
    }
}

fn keys(keyring: &Keyring) -> Value {
    json!({
        "lender": (keyring.lender != [0; 32]).then(|| base58(&keyring.lender)),
        "warn": set(&keyring.warn),
        "lock": set(&keyring.lock),
        "unlock": set(&keyring.unlock),
        "code_key": keyring.code_key.as_ref().map(base58),
        "borrower": keyring.borrower.as_ref().map(base58),
        "locks_until": keyring.locks_until,
    })
}

fn set(set: &KeySet) -> Value {
    let keys: Vec<String> = set.set_keys().map(base58).collect();
    json!({ "required": set.required, "keys": keys })
}

fn evidence(obeyed: &Obeyed) -> Value {
    json!({
        "seq": obeyed.seq.to_string(),
        "invocation": base58(&obeyed.invocation),
        "lapsed": obeyed.lapsed,
        "receipt": hex::encode(&obeyed.receipt),
    })
}

fn base58(key: &latchkey_protocol::Key) -> String {
    bs58::encode(key).into_string()
}
