//! `latchkey sign`

use std::fs;
use std::io::Read as _;

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::contents::Contents;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::keys::Party;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::money;
use latchkey_cli::{send, wire};
use serde_json::json;
use solana_sdk::signer::Signer as _;

use crate::context::Context;
use crate::failure::Usage;

#[derive(Args)]
pub struct Sign {
    /// The file that --sign-only was printed to, or - for standard input
    #[arg(value_name = "FILE")]
    transaction: String,
}

impl Sign {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let mut transaction = wire::unpack(&self.read()?)?;
        let contents = Contents::of(&transaction)?;
        let me = context.me()?;
        if !wire::missing(&transaction).is_empty() {
            let Party::Here(key) = &me else {
                return Err(Usage("signing needs a key file: pass --keypair FILE".to_owned()).into());
            };
            wire::needs(&transaction, &key.pubkey())?;
            tell(context, &contents).await?;
            if transaction.message.account_keys[0] == key.pubkey() {
                context.printer.note(&"You pay its fee, and the rent of what it makes.");
            }
            context.confirm("Sign this?")?;
            wire::add_signature(&mut transaction, key)?;
        }
        if context.signs_only() || !wire::missing(&transaction).is_empty() {
            return context.hand_on(&transaction);
        }
        let names: Vec<&str> = contents.calls.iter().map(|call| call.name).collect();
        let done = View::new(json!({ "instructions": names }), format!("done: {}", names.join(", ")));
        if let Some(landed) = send::landed_before(&context.cluster, &transaction).await {
            return context.done(landed.context("it was sent before, and failed")?, done);
        }
        // Somebody may have signed long ago: whether it still can land is asked of the node, not of a clock.
        let payer = transaction.message.account_keys[0];
        send::simulate(&context.cluster, &transaction, &payer)
            .await
            .context("it would fail, and was not sent")?;
        let last_valid = send::last_valid(&context.cluster).await?;
        let landed = context.land("the transaction", &transaction, last_valid).await?;
        context.done(landed, done)
    }

    fn read(&self) -> Result<String> {
        if self.transaction == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            return Ok(text);
        }
        fs::read_to_string(&self.transaction)
            .map_err(|error| Usage(format!("cannot read {}: {error}", self.transaction)).into())
    }
}

/// Tells what would be signed: every instruction with its accounts, and what a new loan costs.
async fn tell(context: &Context, contents: &Contents) -> Result<()> {
    for call in &contents.calls {
        let mut lines: Vec<(&str, String)> =
            call.accounts.iter().map(|(name, address)| (name.as_str(), address.to_string())).collect();
        if contents.loan.is_none() && !call.arguments.is_empty() {
            lines.push(("arguments", call.arguments.clone()));
        }
        context.printer.note(&format!("{}\n  {}", call.name, rows(lines).replace('\n', "\n  ")));
    }
    if let Some(loan) = &contents.loan {
        let mint = context.cluster.mint(&loan.mint).await?;
        let now = context.cluster.now().await?;
        let parties = [
            ("borrower", loan.borrower.to_string()),
            ("lender", loan.lender.to_string()),
            ("vehicle", loan.vehicle.to_string()),
            ("paid in", loan.mint.to_string()),
            ("principal goes to", loan.seller.to_string()),
            ("escrow starts with", format!("{} SOL", money::show_sol(loan.escrow_lamports))),
        ];
        context.printer.note(&format!("\n{}\n", rows(parties)));
        context.printer.note(&format!("{}\n", Disclosure::new(&loan.terms, now, mint.decimals)?));
    }
    Ok(())
}
