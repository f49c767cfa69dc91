//! `latchkey loan rotate-borrower`, `recover-borrower` and `refuse-recovery`

use anyhow::Result;
use clap::Args;
use latchkey_cli::party::{Party, PartyArg};
use latchkey_cli::printer::View;
use latchkey_cli::units::date;
use latchkey_client::latchkey::rules::recovery::{PROBATION_SECS, RECOVERY_SECS, REFUSAL_SECS};
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::{AuthorityKey, BorrowerKey};
use crate::context::Context;

/// Move a loan to another key of its borrower. Both keys sign
#[derive(Args)]
pub struct RotateBorrower {
    #[command(flatten)]
    loan: LoanArg,
    /// The new key: a keypair file, or an address whose owner signs later
    #[arg(long, value_name = "FILE")]
    new_keypair: PartyArg,
    #[command(flatten)]
    borrower: BorrowerKey,
}

/// Give a borrower who lost their key another one. The lender's authority signs
///
/// First propose the new key. 14 days later it can take over, if it signs too; any signature of the old key meanwhile ends
/// the proposal. For 90 days the new key may only pay, unlock and start in emergency.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("step").required(true).args(["propose", "complete"])))]
pub struct RecoverBorrower {
    #[command(flatten)]
    loan: LoanArg,
    /// The new key's address
    #[arg(long, value_name = "ADDRESS")]
    propose: Option<Pubkey>,
    /// The proposed key, which takes over: a keypair file, or an address whose owner signs later
    #[arg(long, value_name = "FILE")]
    complete: Option<PartyArg>,
    #[command(flatten)]
    authority: AuthorityKey,
}

/// Refuse a key that the lender proposed in place of yours. The borrower signs
///
/// It ends the proposal, and none can be made for 90 days.
#[derive(Args)]
pub struct RefuseRecovery {
    #[command(flatten)]
    loan: LoanArg,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl RotateBorrower {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let old = self.borrower.signer(context, &accounts.loan)?;
        let new = Party::load(&self.new_keypair)?;
        let loan = accounts.keys.loan;
        context.confirm(&format!("Move {loan} to the key {}?", new.address()))?;
        let rotate = instructions::rotate_borrower(loan, old.address(), new.address());
        let view = View::new(
            json!({ "loan": loan.to_string(), "borrower": new.address().to_string() }),
            format!("{} is the borrower's key of {loan}", new.address()),
        );
        context.run("moving the loan", &[rotate], &[&old, &new], view).await
    }
}

impl RecoverBorrower {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let authority = self.authority.signer(context, &accounts.lender)?;
        let loan = accounts.keys.loan;
        if let Some(new) = &self.complete {
            let new = Party::load(new)?;
            let complete =
                instructions::complete_recovery(&accounts.keys, authority.address(), new.address());
            let until = date::show(accounts.now.saturating_add(PROBATION_SECS));
            let view = View::new(
                json!({
                    "loan": loan.to_string(),
                    "borrower": new.address().to_string(),
                    "restricted_until": until,
                }),
                format!(
                    "{} is the borrower's key of {loan}; until {until} it may only pay, unlock and start in emergency",
                    new.address()
                ),
            );
            return context.run("the recovery", &[complete], &[&authority, &new], view).await;
        }
        let new = self.propose.unwrap_or_default();
        context
            .confirm(&format!("Propose {new} in place of the borrower's key {}?", accounts.loan.borrower))?;
        let propose = instructions::propose_recovery(&accounts.keys, authority.address(), new);
        let from = date::show(accounts.now.saturating_add(RECOVERY_SECS));
        let view = View::new(
            json!({ "loan": loan.to_string(), "proposed": new.to_string(), "from": from }),
            format!("{new} may take over from {from} on, unless the old key signs anything before"),
        );
        context.run("the proposal", &[propose], &[&authority], view).await
    }
}

impl RefuseRecovery {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let borrower = self.borrower.signer(context, &accounts.loan)?;
        let loan = accounts.keys.loan;
        let refuse = instructions::refuse_recovery(loan, borrower.address());
        let until = date::show(accounts.now.saturating_add(REFUSAL_SECS));
        let view = View::new(
            json!({ "loan": loan.to_string(), "barred_until": until }),
            format!("the proposed key is refused; none can be proposed before {until}"),
        );
        context.run("the refusal", &[refuse], &[&borrower], view).await
    }
}
