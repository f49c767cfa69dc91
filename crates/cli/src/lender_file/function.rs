//! The tables `[functions.*]`: what a keeper is paid for a function call, and which keys sign it.

use latchkey_client::latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey_client::latchkey::state::{Action, Function};
use serde::Deserialize;

use super::{LenderFileError, parse_address, wrong};
use crate::units::{duration, hash, money};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionFile {
    fee: String,
    #[serde(default = "none")]
    bond: String,
    #[serde(default = "one_minute")]
    lease: String,
    ttl: String,
    #[serde(default = "one")]
    required: u8,
    command_keys: Vec<CommandKeyFile>,
    code_hash: Option<String>,
}

/// A key that signs commands, and where the function runs that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandKeyFile {
    key: String,
    #[serde(default)]
    uri: String,
}

fn none() -> String {
    "0".to_owned()
}

fn one_minute() -> String {
    "60s".to_owned()
}

const fn one() -> u8 {
    1
}

impl FunctionFile {
    /// What sets the function of this action.
    pub fn args(&self, action: Action) -> Result<SetFunctionArgs, LenderFileError> {
        let key = |key: &str| format!("functions.{action}.{key}");
        let sol = |name: &str, text: &str| money::parse_sol(text).map_err(wrong(key(name)));
        let secs = |name: &str, text: &str| duration::parse(text).map_err(wrong(key(name)));
        let code_hash =
            self.code_hash.as_ref().map(|text| hash::parse(text).map_err(wrong(key("code_hash"))));
        let command_keys = self.command_keys.iter().map(|written| {
            let CommandKeyFile { key: address, uri } = written;
            Ok(CommandKey { key: parse_address(&key("command_keys"), address)?, uri: uri.clone() })
        });
        Ok(SetFunctionArgs {
            fee: sol("fee", &self.fee)?,
            bond: sol("bond", &self.bond)?,
            lease_secs: secs("lease", &self.lease)?,
            ttl_secs: secs("ttl", &self.ttl)?,
            required: self.required,
            command_keys: command_keys.collect::<Result<_, LenderFileError>>()?,
            code_hash: code_hash.transpose()?.unwrap_or_default(),
        })
    }
}

/// A function with the keys and units of a lender file.
pub fn function_rows(args: &SetFunctionArgs) -> [(&'static str, String); 7] {
    [
        ("fee", money::show_sol(args.fee)),
        ("bond", money::show_sol(args.bond)),
        ("lease", duration::show(args.lease_secs.into())),
        ("ttl", duration::show(args.ttl_secs.into())),
        ("required", args.required.to_string()),
        ("command_keys", command_keys_in_words(&args.command_keys)),
        ("code_hash", hash::show(args.code_hash)),
    ]
}

/// The keys that sign commands, each with the address of its function if it has one.
pub fn command_keys_in_words(keys: &[CommandKey]) -> String {
    let shown = keys.iter().map(|CommandKey { key, uri }| match uri.as_str() {
        "" => key.to_string(),
        uri => format!("{key} at {uri}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// What would set a function as it is on chain.
pub fn function_args(function: &Function) -> SetFunctionArgs {
    let command_keys = function.command_keys().map(|(key, uri)| CommandKey { key, uri: uri.to_owned() });
    SetFunctionArgs {
        fee: function.fee,
        bond: function.bond,
        lease_secs: function.lease_secs,
        ttl_secs: function.ttl_secs,
        required: function.required,
        command_keys: command_keys.collect(),
        code_hash: function.code_hash,
    }
}
