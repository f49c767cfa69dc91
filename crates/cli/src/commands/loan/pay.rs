//! `latchkey loan pay`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::{money, status};
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::BorrowerKey;
use crate::context::Context;

/// Pay what is due from the car wallet, or more if the borrower signs
///
/// Anybody may collect what is due; it is paid from the car wallet, as far as its balance suffices, and sent to the
/// lender. Only the borrower may pay more than is due, or late fees before the schedule is paid; the terms say how an
/// overpayment is applied. What the borrower pays waits in the wallet for the next collection.
#[derive(Args)]
pub struct Pay {
    #[command(flatten)]
    loan: LoanArg,
    /// Pay this many tokens more than is due. The borrower signs
    #[arg(long, value_name = "AMOUNT")]
    extra: Option<String>,
    /// Pay this much of the late fees. The borrower signs
    #[arg(long, value_name = "AMOUNT")]
    fees: Option<String>,
    /// Take what is due, and send nothing: for a treasury that takes no payment
    #[arg(long, conflicts_with_all = ["extra", "fees"])]
    look: bool,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Pay {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let before = self.loan.read(context).await?;
        let decimals = before.mint.decimals;
        let landed = if self.extra.is_some() || self.fees.is_some() {
            let amount = |text: &Option<String>, option: &'static str| match text {
                Some(text) => money::parse(text, decimals).context(option),
                None => Ok(0),
            };
            let (extra, fees) = (amount(&self.extra, "--extra")?, amount(&self.fees, "--fees")?);
            let borrower = self.borrower.signer(context, &before.loan)?;
            let prepay = instructions::prepay(&before.keys, borrower.address(), extra, fees);
            context.send("the payment", &[prepay], &[&borrower]).await?
        } else if self.look {
            context.send("the look", &[instructions::look(&before.keys)], &[]).await?
        } else {
            let treasury =
                before.mint.create_account_of(&before.lender.authority, &context.payer()?.address());
            context.send("the payment", &[treasury, instructions::collect(&before.keys)], &[]).await?
        };
        let Some(landed) = landed else { return Ok(()) };
        let after = self.loan.read(context).await?;
        let (old, new) = (&before.loan.ledger, &after.loan.ledger);
        let paid = |before: u64, after: u64| money::show(after.saturating_sub(before), decimals);
        let interest = paid(old.interest_paid, new.interest_paid);
        let principal = paid(old.principal_paid, new.principal_paid);
        let fees = paid(old.fees_paid, new.fees_paid);
        let left = money::show(new.principal, decimals);
        let status = status::show(after.loan.status);
        let view = View::new(
            json!({
                "loan": after.keys.loan.to_string(),
                "interest": interest,
                "principal": principal,
                "fees": fees,
                "principal_left": left,
                "unsent": money::show(new.unsent, decimals),
                "status": status,
            }),
            format!(
                "paid {interest} interest, {principal} principal, {fees} fees; {left} principal left, {status}"
            ),
        );
        context.show_landed(landed, view)
    }
}
