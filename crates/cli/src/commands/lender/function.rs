//! `latchkey lender function`

use anyhow::Result;
use clap::{Args, ValueEnum};
use latchkey_cli::lender_file::{args_of, function_shown, name, parse_hash};
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::{duration, money};
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, SetFunction};
use latchkey_client::latchkey::instructions::SetFunctionArgs;
use latchkey_client::latchkey::state::Action;
use serde_json::{Map, Value, json};

use super::Which;
use crate::context::Context;
use crate::failure::Usage;

/// What is not named stays as it is. A function that is not there yet needs fee, lease, ttl and command key. Open
/// invocations keep what they were asked with.
#[derive(Args)]
pub struct Function {
    /// Which one
    action: Kind,
    /// Paid for one proven call, SOL
    #[arg(long, value_name = "SOL", value_parser = money::parse_sol)]
    fee: Option<u64>,
    /// Put up by the keeper meanwhile, SOL
    #[arg(long, value_name = "SOL", value_parser = money::parse_sol)]
    bond: Option<u64>,
    /// How long one claim lasts
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    lease: Option<u32>,
    /// How long an invocation may be claimed
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    ttl: Option<u32>,
    /// The key that signs commands to cars
    #[arg(long, value_name = "ADDRESS")]
    command_key: Option<Pubkey>,
    /// Where it runs: https://, or empty if it is embedded in the keeper
    #[arg(long)]
    uri: Option<String>,
    /// SHA-256 of its code, hex
    #[arg(long, value_name = "HEX", value_parser = hash)]
    code_hash: Option<[u8; 32]>,
    #[command(flatten)]
    which: Which,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Warn,
    Lock,
    Unlock,
}

fn hash(text: &str) -> Result<[u8; 32], String> {
    parse_hash(text).ok_or_else(|| "write 64 hex digits".to_owned())
}

impl Function {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let (index, action) = match self.action {
            Kind::Warn => (0, Action::Warn),
            Kind::Lock => (1, Action::Lock),
            Kind::Unlock => (2, Action::Unlock),
        };
        let is = context.cluster.functions(&address).await?.into_iter().nth(index).flatten();
        let is = is.as_ref().map(args_of);
        let args = self.args(is.as_ref())?;
        let authority = context.me()?;
        let who = SetFunction {
            payer: context.payer()?.address(),
            authority: authority.address(),
            lender: address,
        };
        let shown = function_shown(&args);
        let view = View::new(
            json!({
                "lender": address.to_string(),
                "action": name(action),
                "function": shown.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<Map<String, Value>>(),
            }),
            rows(shown),
        );
        let set = instructions::set_function(&who, action, args);
        context.run("setting the function", &[set], &[&authority], view).await
    }

    /// What is named, and what is there already.
    fn args(&self, is: Option<&SetFunctionArgs>) -> Result<SetFunctionArgs, Usage> {
        let needs = |flag| Usage(format!("this function is not there yet: name its {flag} too"));
        Ok(SetFunctionArgs {
            fee: self.fee.or(is.map(|is| is.fee)).ok_or_else(|| needs("--fee"))?,
            bond: self.bond.or(is.map(|is| is.bond)).unwrap_or(0),
            lease_secs: self.lease.or(is.map(|is| is.lease_secs)).ok_or_else(|| needs("--lease"))?,
            ttl_secs: self.ttl.or(is.map(|is| is.ttl_secs)).ok_or_else(|| needs("--ttl"))?,
            command_key: self
                .command_key
                .or(is.map(|is| is.command_key))
                .ok_or_else(|| needs("--command-key"))?,
            uri: self.uri.clone().or(is.map(|is| is.uri.clone())).unwrap_or_default(),
            code_hash: self.code_hash.or(is.map(|is| is.code_hash)).unwrap_or_default(),
        })
    }
}
