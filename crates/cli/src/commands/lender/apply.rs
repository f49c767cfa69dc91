//! `latchkey lender apply` and `latchkey lender init`

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::lender_file::{LenderFile, LenderKeys, Plan};
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, pda};
use serde_json::json;

use super::LenderArg;
use crate::context::Context;
use crate::failure::Usage;

/// Make a lender match its lender file
///
/// Shows the differences and asks, then creates or changes the lender.
#[derive(Args)]
pub struct Apply {
    /// The lender file. migrations/lender.toml is an example
    file: PathBuf,
    /// Show the differences and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    lender: LenderArg,
}

/// Create a lender from a lender file
#[derive(Args)]
pub struct Init {
    /// The lender file. migrations/lender.toml is an example
    file: PathBuf,
}

impl Init {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = pda::lender(&context.me()?.address());
        if context.cluster.find_lender(&address).await?.is_some() {
            bail!("the lender {address} exists already: change it with `latchkey lender apply`");
        }
        let lender = LenderArg { lender: Some(address) };
        Apply { file: self.file.clone(), dry_run: false, lender }.execute(context).await
    }
}

impl Apply {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let file = LenderFile::load(&self.file)?;
        let address = self.lender.address(context)?;
        let authority = context.me()?;
        let mint = context.cluster.mint(&file.mint()?).await?;
        let desired = file.desired(mint.decimals)?;
        let lender = context.cluster.find_lender(&address).await?;
        if lender.is_none() && address != pda::lender(&authority.address()) {
            bail!(
                "there is no lender at {address}, and your key would create a different one: check --lender and --keypair"
            );
        }
        let treasury =
            lender.as_ref().map_or_else(|| mint.account_of(&authority.address()), |lender| lender.treasury);
        let keys = LenderKeys { lender: address, authority: authority.address(), treasury };
        let functions = context.cluster.functions(&address).await?;
        let plan = Plan::new(&desired, &keys, lender.as_ref(), &functions, mint.decimals)?;

        if plan.changes.is_empty() || self.dry_run {
            return show(context, &address, &plan, &[]);
        }
        let transactions = plan.transactions(&desired, &keys, &mint, &context.payer()?.address());
        if context.sign_only && transactions.len() > 1 {
            return Err(Usage(
                "this takes more than one transaction, and --sign-only prints only one: change less at once"
                    .to_owned(),
            )
            .into());
        }
        context.printer.note(&differences(&address, &plan));
        context.confirm("Make these changes?")?;
        let mut signatures = Vec::new();
        for instructions in &transactions {
            let sent = context.send("changing the lender", instructions, &[&authority]).await;
            let (done, all) = (signatures.len(), transactions.len());
            match sent.with_context(|| {
                format!("{done} of {all} transactions are done; run the command again for the rest")
            })? {
                Some(landed) => signatures.push(landed.signature.to_string()),
                None => return Ok(()),
            }
        }
        show(context, &address, &plan, &signatures)
    }
}

/// Prints the differences, or, with signatures, that they are gone.
fn show(context: &Context, lender: &Pubkey, plan: &Plan, signatures: &[String]) -> Result<()> {
    let json = json!({
        "lender": lender.to_string(),
        "changed": !signatures.is_empty(),
        "changes": plan.differences,
        "signatures": signatures,
    });
    let text = match (plan.differences.is_empty(), signatures.is_empty()) {
        (true, _) => format!("lender {lender} is as the file says: nothing to do"),
        (false, true) => differences(lender, plan),
        (false, false) => format!("lender {lender} is as the file says"),
    };
    let lines: Vec<String> = signatures.iter().map(|signature| format!("\nsignature {signature}")).collect();
    context.show(&View::new(json, text + &lines.concat()))
}

fn differences(lender: &Pubkey, plan: &Plan) -> String {
    let lines = plan.differences.iter().map(|difference| match &difference.before {
        None => format!("\n+ {} = {:?}", difference.key, difference.after),
        Some(before) => format!("\n~ {} = {:?} (was {before:?})", difference.key, difference.after),
    });
    format!("lender {lender}{}", lines.collect::<String>())
}
