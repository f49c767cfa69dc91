//! `latchkey sign`

use std::fs;
use std::io::Read as _;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::contents::Contents;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::keys::Party;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::money;
use latchkey_cli::{send, wire};
use latchkey_client::Pubkey;
use serde_json::json;
use solana_sdk::signer::Signer as _;

use crate::context::Context;
use crate::failure::Usage;

#[derive(Args)]
pub struct Sign {
    /// The file that --sign-only was printed to, or - for standard input
    #[arg(value_name = "FILE")]
    transaction: String,
    /// Show what it would do, and sign nothing
    #[arg(long)]
    dry_run: bool,
}

impl Sign {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let mut transaction = wire::unpack(&self.read()?)?;
        let contents = Contents::of(&transaction)?;
        if self.dry_run {
            let missing: Vec<String> = wire::missing(&transaction).iter().map(Pubkey::to_string).collect();
            let mut view = told(context, &contents).await?;
            view.json["missing"] = json!(missing);
            view.text = format!("{}\n\nstill to sign: {}", view.text, missing.join(", "));
            return Ok(context.printer.show(&view)?);
        }
        let names: Vec<&str> = contents.calls.iter().map(|call| call.name).collect();
        let done = View::new(json!({ "instructions": names }), format!("done: {}", names.join(", ")));
        if wire::missing(&transaction).is_empty()
            && let Some(landed) = send::landed_before(&context.cluster, &transaction).await
        {
            return context.done(landed.context("it was sent before, and failed")?, done);
        }
        if !send::can_land(&context.cluster, &transaction).await? {
            bail!("this transaction is older than a minute and can no longer land: ask for a new one");
        }
        if !wire::missing(&transaction).is_empty() {
            let Party::Here(key) = context.me()? else {
                return Err(Usage("signing needs a key file: pass --keypair FILE".to_owned()).into());
            };
            wire::needs(&transaction, &key.pubkey())?;
            context.printer.note(&format!("{}\n", told(context, &contents).await?.text));
            if transaction.message.account_keys[0] == key.pubkey() {
                context.printer.note(&"You pay its fee, and the rent of what it makes.");
            }
            context.confirm("Sign this?")?;
            wire::add_signature(&mut transaction, &key)?;
        }
        if context.signs_only() || !wire::missing(&transaction).is_empty() {
            return context.hand_on(&transaction);
        }
        let payer = transaction.message.account_keys[0];
        let simulated = send::simulate(&context.cluster, &transaction, &payer).await;
        simulated.context("it would fail, and was not sent")?;
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

/// What would be signed: every instruction with its accounts, and what a new loan costs.
async fn told(context: &Context, contents: &Contents) -> Result<View> {
    let mut text = Vec::new();
    let mut calls = Vec::new();
    for call in &contents.calls {
        let mut lines: Vec<(&str, String)> =
            call.accounts.iter().map(|(name, address)| (name.as_str(), address.to_string())).collect();
        let accounts: Vec<_> =
            lines.iter().map(|(name, address)| json!({ "name": name, "address": address })).collect();
        calls.push(json!({ "name": call.name, "accounts": accounts, "arguments": call.arguments }));
        // What a loan is signed for is told below, in full.
        if contents.loan.is_none() && !call.arguments.is_empty() {
            lines.push(("arguments", call.arguments.clone()));
        }
        text.push(format!("{}\n  {}", call.name, rows(lines).replace('\n', "\n  ")));
    }
    let mut json = json!({ "instructions": calls });
    if let Some(loan) = &contents.loan {
        let mint = context.cluster.mint(&loan.mint).await?;
        let now = context.cluster.now().await?;
        let disclosure = Disclosure::new(&loan.terms, now, mint.decimals)?;
        json["disclosure"] = disclosure.json();
        text.push(rows([
            ("borrower", loan.borrower.to_string()),
            ("lender", loan.lender.to_string()),
            ("vehicle", loan.vehicle.to_string()),
            ("paid in", loan.mint.to_string()),
            ("principal goes to", loan.seller.to_string()),
            ("escrow starts with", format!("{} SOL", money::show_sol(loan.escrow_lamports))),
        ]));
        text.push(disclosure.to_string());
    }
    Ok(View::new(json, text.join("\n\n")))
}
