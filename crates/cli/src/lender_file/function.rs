//! The tables `[functions.*]`: what a keeper is paid for a function call, and which key signs it.

use latchkey_client::latchkey::instructions::SetFunctionArgs;
use latchkey_client::latchkey::state::{Action, Function};
use serde::Deserialize;

use super::{LenderFileError, parse_address, wrong};
use crate::units::{duration, hash, money};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionFile {
    fee: String,
    bond: String,
    lease: String,
    ttl: String,
    command_key: String,
    #[serde(default)]
    uri: String,
    code_hash: Option<String>,
}

impl FunctionFile {
    /// What sets the function of this action.
    pub fn args(&self, action: Action) -> Result<SetFunctionArgs, LenderFileError> {
        let key = |key: &str| format!("functions.{action}.{key}");
        let sol = |name: &str, text: &str| money::parse_sol(text).map_err(wrong(key(name)));
        let secs = |name: &str, text: &str| duration::parse(text).map_err(wrong(key(name)));
        let code_hash =
            self.code_hash.as_ref().map(|text| hash::parse(text).map_err(wrong(key("code_hash"))));
        Ok(SetFunctionArgs {
            fee: sol("fee", &self.fee)?,
            bond: sol("bond", &self.bond)?,
            lease_secs: secs("lease", &self.lease)?,
            ttl_secs: secs("ttl", &self.ttl)?,
            command_key: parse_address(&key("command_key"), &self.command_key)?,
            uri: self.uri.clone(),
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
        ("command_key", args.command_key.to_string()),
        ("uri", args.uri.clone()),
        ("code_hash", hash::show(args.code_hash)),
    ]
}

/// What would set a function as it is on chain.
pub fn function_args(function: &Function) -> SetFunctionArgs {
    SetFunctionArgs {
        fee: function.fee,
        bond: function.bond,
        lease_secs: function.lease_secs,
        ttl_secs: function.ttl_secs,
        command_key: function.command_key,
        uri: function.uri.clone(),
        code_hash: function.code_hash,
    }
}
