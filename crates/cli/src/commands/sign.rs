//! `latchkey sign`

use std::fs;
use std::io::Read as _;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::party::Party;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::send;
use latchkey_cli::terms::terms_differences;
use latchkey_cli::transaction::contents::{Call, Contents};
use latchkey_cli::transaction::wire;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Terms;
use serde_json::{Value, json};
use solana_sdk::signer::Signer as _;

use crate::context::Context;
use crate::failure::Usage;

/// Sign a transaction that --sign-only printed, and send it once all have signed
#[derive(Args)]
pub struct Sign {
    /// A file with the output of --sign-only, or - for standard input
    #[arg(value_name = "FILE")]
    transaction: String,
    /// Show what the transaction would do, and sign nothing
    #[arg(long)]
    dry_run: bool,
}

impl Sign {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let mut transaction = wire::unpack(&self.read()?)?;
        let contents = Contents::of(&transaction)?;
        if self.dry_run {
            let missing: Vec<String> = wire::missing(&transaction).iter().map(Pubkey::to_string).collect();
            let mut view = review(context, &contents).await?;
            view.json["missing"] = json!(missing);
            view.text = format!("{}\n\nstill to sign: {}", view.text, missing.join(", "));
            return context.show(&view);
        }
        let names: Vec<&str> = contents.calls.iter().map(|call| call.name).collect();
        let result = View::new(json!({ "instructions": names }), format!("done: {}", names.join(", ")));
        if wire::missing(&transaction).is_empty()
            && let Some(landed) = send::landed_before(&context.cluster, &transaction).await
        {
            return context.show_landed(landed.context("it was sent before, and failed")?, result);
        }
        if !send::can_land(&context.cluster, &transaction).await? {
            bail!("this transaction is more than one minute old and can no longer land: ask for a new one");
        }
        let payer = transaction.message.account_keys[0];
        if !wire::missing(&transaction).is_empty() {
            let Party::Here(key) = context.me()? else {
                return Err(Usage("signing needs a key file: pass --keypair FILE".to_owned()).into());
            };
            wire::needs(&transaction, &key.pubkey())?;
            context.printer.note(&format!("{}\n", review(context, &contents).await?.text));
            if payer == key.pubkey() {
                context.printer.note(&"You pay the fee, and the rent of the accounts it creates.");
            }
            context.confirm("Sign this?")?;
            wire::add_signature(&mut transaction, &key)?;
        }
        if context.sign_only || !wire::missing(&transaction).is_empty() {
            return context.hand_on(&transaction);
        }
        let simulated = send::simulate(&context.cluster, &transaction, &payer).await;
        simulated.context("it would fail, and was not sent")?;
        let last_valid = send::last_valid(&context.cluster).await?;
        let landed = context.land("the transaction", &transaction, last_valid).await?;
        context.show_landed(landed, result)
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
async fn review(context: &Context, contents: &Contents) -> Result<View> {
    let mut json = json!({ "instructions": contents.calls.iter().map(call_json).collect::<Vec<_>>() });
    // The arguments of a new loan follow below, in full.
    let show_arguments = contents.loan.is_none();
    let mut text: Vec<String> = contents.calls.iter().map(|call| call_text(call, show_arguments)).collect();
    if let Some(amendment) = &contents.amendment {
        let loan = context.cluster.loan_accounts(&amendment.loan).await?;
        let changes = terms_differences(&loan.loan.terms, &amendment.terms, loan.mint.decimals);
        json["changes"] = changes.iter().map(|(key, change)| (key.clone(), json!(change))).collect();
        text.push(format!("What changes in the terms:\n{}", rows(changes)));
        if amendment.by_both {
            let principal = loan.quote()?.principal.saturating_sub(amendment.forgive_principal);
            let rest = Terms { principal, ..amendment.terms };
            let disclosure = Disclosure::new(&rest, loan.now, loan.mint.decimals)?;
            json["disclosure"] = disclosure.json();
            text.push(format!("What is left would cost:\n\n{disclosure}"));
        }
    }
    if let Some(loan) = &contents.loan {
        let mint = context.cluster.mint(&loan.mint).await?;
        let now = context.cluster.now().await?;
        let disclosure = Disclosure::new(&loan.terms, now, mint.decimals)?;
        json["disclosure"] = disclosure.json();
        text.push(rows(loan.parties()));
        text.push(disclosure.to_string());
    }
    Ok(View::new(json, text.join("\n\n")))
}

fn call_json(call: &Call) -> Value {
    let accounts: Vec<Value> = call
        .accounts
        .iter()
        .map(|(name, address)| json!({ "name": name, "address": address.to_string() }))
        .collect();
    json!({ "name": call.name, "accounts": accounts, "arguments": call.arguments })
}

/// One line for every value, with the names that lead to it.
fn flatten(name: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                flatten(&format!("{name}.{field}"), value, lines);
            }
        }
        Value::String(text) => lines.push((name.to_owned(), text.clone())),
        other => lines.push((name.to_owned(), other.to_string())),
    }
}

fn call_text(call: &Call, show_arguments: bool) -> String {
    let mut lines: Vec<(String, String)> =
        call.accounts.iter().map(|(name, address)| (name.to_owned(), address.to_string())).collect();
    if show_arguments {
        for (name, value) in &call.arguments {
            flatten(name, value, &mut lines);
        }
    }
    format!("{}\n  {}", call.name, rows(lines).replace('\n', "\n  "))
}
