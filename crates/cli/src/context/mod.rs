//! What every command works with: the cluster, the printer, and the signers.

mod globals;
mod signers;
mod submit;

use anyhow::{Result, bail};
use latchkey_cli::chain::Cluster;
use latchkey_cli::config::{self, Config};
use latchkey_cli::party::PartyArg;
use latchkey_cli::printer::{Printer, View};
use latchkey_client::Pubkey;

use crate::failure::Usage;

pub use globals::Globals;

/// The global options together with the settings file.
pub struct Context {
    pub cluster: Cluster,
    pub printer: Printer,
    keypair: Option<PartyArg>,
    payer: Option<PartyArg>,
    lender: Option<Pubkey>,
    yes: bool,
    /// Print transactions instead of sending them.
    pub sign_only: bool,
    /// Micro-lamports per compute unit. None: no priority fee.
    priority_fee: Option<u64>,
}

impl Context {
    pub fn new(globals: Globals) -> Result<Self> {
        let config = match &globals.config {
            Some(path) => Config::load(path)?,
            None => Config::load_default()?,
        };
        let url = globals.url.or(config.url).unwrap_or_else(|| "localnet".to_owned());
        Ok(Self {
            cluster: Cluster::new(config::rpc_url(&url)?),
            printer: Printer { json: globals.json },
            keypair: globals.keypair.or(config.keypair),
            payer: globals.payer.or(config.payer),
            lender: config.lender,
            yes: globals.yes,
            sign_only: globals.sign_only,
            priority_fee: globals.priority_fee.filter(|price| *price > 0),
        })
    }

    /// Prints a result.
    pub fn show(&self, view: &View) -> Result<()> {
        Ok(self.printer.show(view)?)
    }

    /// Asks before something is signed, unless --yes is given.
    pub fn confirm(&self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if self.printer.json {
            let text = "--json cannot prompt: review the transaction, then add --yes";
            return Err(Usage(text.to_owned()).into());
        }
        if self.printer.confirm(question)? {
            return Ok(());
        }
        bail!("nothing was signed: type y to sign, or add --yes");
    }
}
