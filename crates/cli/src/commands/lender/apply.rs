//! `latchkey lender apply` and `latchkey lender init`

use std::path::PathBuf;

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::chain::Mint;
use latchkey_cli::lender_file::{self, LenderFile, Plan, Step, Wanted};
use latchkey_cli::printer::View;
use latchkey_cli::send;
use latchkey_client::instructions::{self, InitLender, SetFunction};
use latchkey_client::latchkey::instructions::InitLenderArgs;
use latchkey_client::{Instruction, Pubkey};
use serde_json::json;

use super::Which;
use crate::context::Context;
use crate::failure::Usage;

#[derive(Args)]
pub struct Apply {
    /// The lender file; migrations/lender.toml is one
    file: PathBuf,
    /// Show what differs and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
pub struct Init {
    /// The lender file; migrations/lender.toml is one
    file: PathBuf,
}

impl Init {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let lender = latchkey_client::pda::lender(&context.me()?.address());
        if context.cluster.find_lender(&lender).await?.is_some() {
            bail!("the lender {lender} exists already: change it with `latchkey lender apply`");
        }
        let which = Which { lender: Some(lender) };
        Apply { file: self.file.clone(), dry_run: false, which }.execute(context).await
    }
}

impl Apply {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let file = LenderFile::load(&self.file)?;
        let address = context.lender(self.which.lender)?;
        let authority = context.me()?;
        let mint = context.cluster.mint(&file.mint()?).await?;
        let wanted = file.wanted(mint.decimals)?;
        let lender = context.cluster.find_lender(&address).await?;
        if lender.is_none() && address != latchkey_client::pda::lender(&authority.address()) {
            bail!(
                "there is no lender at {address}, and your key would make another one: check --lender and --keypair"
            );
        }
        let treasury = match (&lender, wanted.treasury) {
            (Some(lender), _) => lender.treasury,
            (None, Some(named)) => named,
            (None, None) => mint.account_of(&authority.address()),
        };
        let functions = context.cluster.functions(&address).await?;
        let plan = lender_file::plan(
            &wanted,
            authority.address(),
            treasury,
            lender.as_ref(),
            &functions,
            mint.decimals,
        )?;

        if plan.steps.is_empty() || self.dry_run {
            return show(context, &address, &plan, &[]);
        }
        let places =
            Places { address, authority: authority.address(), payer: context.payer()?.address(), treasury };
        let batches = batches(&places, &plan, &wanted, &mint);
        if context.signs_only() && batches.len() > 1 {
            return Err(Usage(
                "this takes more than one transaction, which --sign-only does not: change less at once"
                    .to_owned(),
            )
            .into());
        }
        context.printer.note(&told(&address, &plan));
        context.confirm("Change this?")?;
        let mut signatures = Vec::new();
        for batch in &batches {
            let sent = context.send("changing the lender", batch, &[&authority]).await;
            let (done, all) = (signatures.len(), batches.len());
            match sent.with_context(|| {
                format!("{done} of {all} transactions are done; run it again for the rest")
            })? {
                Some(landed) => signatures.push(landed.signature.to_string()),
                None => return Ok(()),
            }
        }
        show(context, &address, &plan, &signatures)
    }
}

/// Shows what differs, or, with signatures, what was changed.
fn show(context: &Context, lender: &Pubkey, plan: &Plan, signatures: &[String]) -> Result<()> {
    let json = json!({
        "lender": lender.to_string(),
        "changed": !signatures.is_empty(),
        "changes": plan.changes,
        "signatures": signatures,
    });
    let text = match (plan.changes.is_empty(), signatures.is_empty()) {
        (true, _) => format!("lender {lender} is as the file says: nothing to do"),
        (false, true) => told(lender, plan),
        (false, false) => format!("lender {lender} is as the file says"),
    };
    let lines: Vec<String> = signatures.iter().map(|signature| format!("\nsignature {signature}")).collect();
    Ok(context.printer.show(&View::new(json, text + &lines.concat()))?)
}

fn told(lender: &Pubkey, plan: &Plan) -> String {
    let lines: Vec<String> = plan
        .changes
        .iter()
        .map(|change| match &change.before {
            None => format!("+ {} = {:?}", change.key, change.after),
            Some(before) => format!("~ {} = {:?} (was {before:?})", change.key, change.after),
        })
        .collect();
    format!("lender {lender}\n{}", lines.join("\n"))
}

/// The accounts a plan is carried out on.
struct Places {
    address: Pubkey,
    authority: Pubkey,
    payer: Pubkey,
    treasury: Pubkey,
}

/// A plan's instructions, as few transactions as they fit into. Each leaves the lender sound, and whatever is missing
/// after a failure is what the next run finds.
fn batches(places: &Places, plan: &Plan, wanted: &Wanted, mint: &Mint) -> Vec<Vec<Instruction>> {
    let mut batches: Vec<Vec<Instruction>> = Vec::new();
    for step in &plan.steps {
        let instructions = carry_out(places, step, wanted, mint);
        match batches.last_mut() {
            Some(batch)
                if send::size(&[&batch[..], &instructions[..]].concat(), &places.payer)
                    <= send::MOST_BYTES =>
            {
                batch.extend(instructions);
            }
            _ => batches.push(instructions),
        }
    }
    batches
}

fn carry_out(places: &Places, step: &Step, wanted: &Wanted, mint: &Mint) -> Vec<Instruction> {
    let Places { address, authority, payer, treasury } = *places;
    let servicer = wanted.servicer.unwrap_or(authority);
    match step {
        Step::Init => {
            let who = InitLender { payer, authority, mint: mint.address, treasury };
            let args = InitLenderArgs { servicer, floors: wanted.floors, keepers: wanted.keepers.clone() };
            let init = instructions::init_lender(&who, args);
            if treasury != mint.account_of(&authority) {
                return vec![init];
            }
            let account = create_associated_token_account_idempotent(
                &payer,
                &authority,
                &mint.address,
                &mint.token_program,
            );
            vec![account, init]
        }
        Step::Policy => vec![instructions::set_policy(address, authority, wanted.floors)],
        Step::Servicer => vec![instructions::set_servicer(address, authority, servicer)],
        Step::Keepers => vec![instructions::set_keepers(address, authority, wanted.keepers.clone())],
        Step::Function(action, args) => {
            let who = SetFunction { payer, authority, lender: address };
            vec![instructions::set_function(&who, *action, args.clone())]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lender_with_the_longest_addresses_takes_transactions_that_fit() {
        let key = Pubkey::new_unique().to_string();
        let uri = format!("uri = \"https://{}\"", "x".repeat(120));
        let text = include_str!("../../../../../migrations/lender.toml");
        let text = text.replace("MINT", &key).replace("COMMAND_KEY", &key);
        let text = text.replace("uri = \"\"", "").replace("\nttl = ", &format!("\n{uri}\nttl = "));
        let wanted = LenderFile::parse(&text).unwrap().wanted(6).unwrap();
        assert!(wanted.functions.iter().all(|(_, args)| args.uri.len() == 128));

        let [address, authority, payer] = std::array::from_fn(|_| Pubkey::new_unique());
        let mint = Mint { address: wanted.mint, decimals: 6, token_program: anchor_spl::token::ID };
        let treasury = mint.account_of(&authority);
        let places = Places { address, authority, payer, treasury };
        let plan = lender_file::plan(&wanted, authority, treasury, None, &[None, None, None], 6).unwrap();
        let batches = batches(&places, &plan, &wanted, &mint);
        assert!(batches.iter().all(|batch| send::size(batch, &payer) <= send::MOST_BYTES));
        // The treasury, the lender and its three functions, none of them twice.
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), 5);
        assert!(batches.len() > 1);
    }
}
