//! `latchkey lender function`

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use latchkey_cli::lender_file::{function_args, function_rows};
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::{duration, hash, money};
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, SetFunction};
use latchkey_client::latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey_client::latchkey::state::Action;
use serde_json::{Map, Value, json};

use super::LenderArg;
use crate::context::Context;
use crate::failure::Usage;

/// Create or change a function
///
/// Options that are not given stay as they are. A new function needs --fee, --lease, --ttl and --command-key. Function
/// calls that are open keep the fee, bond and lease of their request.
#[derive(Args)]
pub struct Function {
    /// What the function asks of a car
    #[arg(
        value_parser = PossibleValuesParser::new(Action::ALL.map(Action::name)).try_map(|name| name.parse::<Action>())
    )]
    action: Action,
    /// Paid to a keeper for a proven call, SOL
    #[arg(long, value_name = "SOL", value_parser = money::parse_sol)]
    fee: Option<u64>,
    /// Deposited by the keeper while it holds a call, SOL
    #[arg(long, value_name = "SOL", value_parser = money::parse_sol)]
    bond: Option<u64>,
    /// How long a keeper may hold a call
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    lease: Option<u32>,
    /// How long a call may be claimed; an unlock: done
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    ttl: Option<u32>,
    /// A key that signs commands to cars, and where the function runs that holds it: KEY, or KEY@https://ADDRESS. Up to
    /// three; they replace all there were
    #[arg(long = "command-key", value_name = "KEY[@URI]", value_parser = command_key)]
    command_keys: Vec<CommandKey>,
    /// How many of the keys must sign a command. An unlock needs just one
    #[arg(long, value_name = "N")]
    required: Option<u8>,
    /// SHA-256 of its code, hex
    #[arg(long, value_name = "HEX", value_parser = hash::parse)]
    code_hash: Option<[u8; 32]>,
    #[command(flatten)]
    lender: LenderArg,
}

/// Reads `KEY` or `KEY@URI`.
fn command_key(text: &str) -> Result<CommandKey, String> {
    let (key, uri) = text.split_once('@').unwrap_or((text, ""));
    let key: Pubkey =
        key.parse().map_err(|_| format!("{key:?} is not an address: write KEY or KEY@https://…"))?;
    Ok(CommandKey { key, uri: uri.to_owned() })
}

impl Function {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let functions = context.cluster.functions(&address).await?;
        let existing = functions.get(&self.action).map(function_args);
        let args = self.args(existing.as_ref())?;
        let authority = context.me()?;
        let who = SetFunction {
            payer: context.payer()?.address(),
            authority: authority.address(),
            lender: address,
        };
        let settings = function_rows(&args);
        let json: Map<String, Value> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let view = View::new(
            json!({ "lender": address.to_string(), "action": self.action.name(), "function": json }),
            rows(settings),
        );
        let set = instructions::set_function(&who, self.action, args);
        context.run("setting the function", &[set], &[&authority], view).await
    }

    /// The options that are given, and for the rest the settings of the existing function.
    fn args(&self, is: Option<&SetFunctionArgs>) -> Result<SetFunctionArgs, Usage> {
        let missing = |flag| Usage(format!("this function does not exist yet: pass {flag} too"));
        Ok(SetFunctionArgs {
            fee: self.fee.or(is.map(|is| is.fee)).ok_or_else(|| missing("--fee"))?,
            bond: self.bond.or(is.map(|is| is.bond)).unwrap_or(0),
            lease_secs: self.lease.or(is.map(|is| is.lease_secs)).ok_or_else(|| missing("--lease"))?,
            ttl_secs: self.ttl.or(is.map(|is| is.ttl_secs)).ok_or_else(|| missing("--ttl"))?,
            required: self.required.or(is.map(|is| is.required)).unwrap_or(1),
            command_keys: match (&self.command_keys[..], is) {
                ([], Some(is)) => is.command_keys.clone(),
                ([], None) => return Err(missing("--command-key")),
                (named, _) => named.to_vec(),
            },
            code_hash: self.code_hash.or(is.map(|is| is.code_hash)).unwrap_or_default(),
        })
    }
}
