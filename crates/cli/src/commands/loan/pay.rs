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
/// Anybody may collect what is due; it is paid from the car wallet, as far as its balance suffices. Only the borrower
/// may pay more than is due; the terms say how an overpayment is applied.
#[derive(Args)]
pub struct Pay {
    #[command(flatten)]
    loan: LoanArg,
    /// Pay this many tokens more than is due. The borrower signs
    #[arg(long, value_name = "AMOUNT")]
    extra: Option<String>,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Pay {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let before = self.loan.read(context).await?;
        let decimals = before.mint.decimals;
        let landed = match &self.extra {
            None => context.send("the payment", &[instructions::collect(&before.keys)], &[]).await?,
            Some(extra) => {
                let amount = money::parse(extra, decimals).context("--extra")?;
                let borrower = self.borrower.signer(context, &before.loan)?;
                let prepay = instructions::prepay(&before.keys, borrower.address(), amount);
                context.send("the payment", &[prepay], &[&borrower]).await?
            }
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
                "status": status,
            }),
            format!(
                "paid {interest} interest, {principal} principal, {fees} fees; {left} principal left, {status}"
            ),
        );
        context.show_landed(landed, view)
    }
}
