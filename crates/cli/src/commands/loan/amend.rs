//! `latchkey loan amend`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::terms::{TermsPatch, terms_differences};
use latchkey_cli::units::money;
use latchkey_client::errors::Refusal;
use latchkey_client::instructions;
use latchkey_client::latchkey::instructions::AmendArgs;
use latchkey_client::latchkey::rules::terms::check_terms;
use latchkey_client::latchkey::state::Terms;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::agreement::{Agreement, add_agreed};
use crate::commands::signers::{AuthorityKey, BorrowerKey};
use crate::context::Context;
use crate::failure::Usage;

/// Change the terms of a loan, or forgive a part of it
///
/// Alone, the lender's authority may only lower the rate, the late fee or the debt and lengthen graces. With --both the
/// borrower signs too, and any terms go that a new loan could have; the schedule then begins again with its first due date,
/// which must lie ahead. Shows what changes, and with --both what the rest will cost.
#[derive(Args)]
pub struct Amend {
    #[command(flatten)]
    loan: LoanArg,
    /// A terms file with the keys that change; keys that it leaves out stay as they are
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// Principal to forgive, tokens
    #[arg(long, value_name = "AMOUNT")]
    forgive_principal: Option<String>,
    /// Interest to forgive, tokens
    #[arg(long, value_name = "AMOUNT")]
    forgive_interest: Option<String>,
    /// The borrower signs too
    #[arg(long)]
    both: bool,
    #[command(flatten)]
    agreement: Agreement,
    #[command(flatten)]
    authority: AuthorityKey,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Amend {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let patch = self.terms.as_deref().map(TermsPatch::load).transpose()?;
        let accounts = self.loan.read(context).await?;
        let (loan, decimals, now) = (&accounts.loan, accounts.mint.decimals, accounts.now);
        let amount = |text: &Option<String>, option: &'static str| match text {
            Some(text) => money::parse(text, decimals).context(option),
            None => Ok(0),
        };
        let forgive_principal = amount(&self.forgive_principal, "--forgive-principal")?;
        let forgive_interest = amount(&self.forgive_interest, "--forgive-interest")?;
        let owed = accounts.quote()?.principal.saturating_sub(forgive_principal);
        let terms = match &patch {
            Some(patch) => patch.apply(&loan.terms, decimals, now, owed)?,
            None => loan.terms,
        };
        let terms = if self.both { Terms { deferred: 0, ..terms } } else { terms };

        let mut changes = terms_differences(&loan.terms, &terms, decimals);
        let forgiven = [("forgiven principal", forgive_principal), ("forgiven interest", forgive_interest)];
        let forgiven = forgiven.into_iter().filter(|(_, amount)| *amount > 0);
        changes.extend(forgiven.map(|(name, amount)| (name.to_owned(), money::show(amount, decimals))));
        if changes.is_empty() {
            return Err(Usage("nothing would change: pass --terms or --forgive-principal".to_owned()).into());
        }
        if self.both {
            check_terms(&terms, &accounts.lender.floors, now).map_err(|rule| Refusal(rule.into()))?;
            let rest = Disclosure::new(&Terms { principal: owed, ..terms }, now, decimals)?;
            context.printer.note(&format!("What is left would cost:\n\n{rest}\n"));
        }
        context.printer.note(&format!("What changes:\n{}\n", rows(changes.clone())));
        let authority = self.authority.signer(context, &accounts.lender)?;
        let borrower = self.both.then(|| self.borrower.signer(context, loan)).transpose()?;
        let agreed = self.agreement.of(context, &accounts);
        context.confirm("Sign this amendment?")?;

        let args = AmendArgs {
            revision: agreed.revision,
            deadline: agreed.deadline,
            terms,
            forgive_principal,
            forgive_interest,
        };
        let by = borrower.as_ref().map(latchkey_cli::party::Party::address);
        let amend = instructions::amend(&accounts.keys, authority.address(), by, args);
        let listed: serde_json::Map<_, _> =
            changes.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let mut view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "changes": listed }),
            format!("{} has new terms", accounts.keys.loan),
        );
        add_agreed(&mut view.json, agreed);
        let parties: Vec<_> = [Some(&authority), borrower.as_ref()].into_iter().flatten().collect();
        context.run("the amendment", &[amend], &parties, view).await
    }
}
