//! `latchkey loan settle`

use anyhow::Result;
use clap::{Args, ValueEnum};
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions;
use latchkey_client::latchkey::instructions::SettlementReason;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::AuthorityKey;
use crate::context::Context;

/// End a loan for less than is owed. The lender's authority signs
///
/// Takes what is due by now as far as the car wallet goes, and forgives the rest. An unlock of the car is due then, and
/// `latchkey loan close` closes the loan.
#[derive(Args)]
pub struct Settle {
    #[command(flatten)]
    loan: LoanArg,
    /// Why
    #[arg(long)]
    reason: Reason,
    #[command(flatten)]
    authority: AuthorityKey,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    /// The parties agreed on less
    Settlement,
    /// The car is lost, and an insurer paid
    TotalLoss,
    /// The borrower gave the car back
    Surrender,
    /// The lender took the car back
    Repossession,
    /// A charged-off debt is released
    ChargeOffReleased,
}

impl From<Reason> for SettlementReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Settlement => Self::Settlement,
            Reason::TotalLoss => Self::TotalLoss,
            Reason::Surrender => Self::Surrender,
            Reason::Repossession => Self::Repossession,
            Reason::ChargeOffReleased => Self::ChargeOffReleased,
        }
    }
}

impl Settle {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let authority = self.authority.signer(context, &accounts.lender)?;
        let forgiven = money::show(accounts.quote()?.payoff, accounts.mint.decimals);
        let loan = accounts.keys.loan;
        context.confirm(&format!("End {loan} and forgive {forgiven}? This cannot be undone."))?;
        let settle = instructions::settle(&accounts.keys, authority.address(), self.reason.into());
        let view = View::new(
            json!({ "loan": loan.to_string(), "status": "settled", "forgiven": forgiven }),
            format!("{loan} is settled; {forgiven} is forgiven"),
        );
        context.run("the settlement", &[settle], &[&authority], view).await
    }
}
