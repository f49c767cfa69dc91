//! `latchkey lender function`

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use latchkey_cli::lender_file::{function_args, function_rows};
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::{duration, hash, money};
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, SetFunction};
use latchkey_client::latchkey::instructions::SetFunctionArgs;
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
    /// How long a call may be claimed
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    ttl: Option<u32>,
    /// The key that signs commands to cars
    #[arg(long, value_name = "ADDRESS")]
    command_key: Option<Pubkey>,
    /// Where it runs: an https:// address, or empty if the keeper runs it
    #[arg(long)]
    uri: Option<String>,
    /// SHA-256 of its code, hex
    #[arg(long, value_name = "HEX", value_parser = hash::parse)]
    code_hash: Option<[u8; 32]>,
    #[command(flatten)]
    lender: LenderArg,
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
            command_key: self
                .command_key
                .or(is.map(|is| is.command_key))
                .ok_or_else(|| missing("--command-key"))?,
            uri: self.uri.clone().or(is.map(|is| is.uri.clone())).unwrap_or_default(),
            code_hash: self.code_hash.or(is.map(|is| is.code_hash)).unwrap_or_default(),
        })
    }
}
