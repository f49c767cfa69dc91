//! `latchkey loan pay`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_cli::views;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::BorrowerKey;
use crate::context::Context;

/// Anybody may have what is due collected; it comes from the car wallet, as far as that goes. A payment beyond what is
/// due is the borrower's, and does what the terms say of overpayments.
#[derive(Args)]
pub struct Pay {
    /// The loan
    loan: Pubkey,
    /// Pay so many tokens beyond what is due; the borrower signs
    #[arg(long, value_name = "AMOUNT")]
    extra: Option<String>,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Pay {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let before = context.cluster.loan_scene(&self.loan).await?;
        let decimals = before.mint.decimals;
        let landed = match &self.extra {
            None => context.send("the payment", &[instructions::collect(&before.keys)], &[]).await?,
            Some(extra) => {
                let amount = money::parse(extra, decimals).context("--extra")?;
                let borrower = context.for_borrower(&before.loan, self.borrower.borrower_keypair.as_ref())?;
                let prepay = instructions::prepay(&before.keys, borrower.address(), amount);
                context.send("the payment", &[prepay], &[&borrower]).await?
            }
        };
        let Some(landed) = landed else { return Ok(()) };
        let after = context.cluster.loan_scene(&self.loan).await?;
        let (was, is) = (&before.loan.ledger, &after.loan.ledger);
        let paid = |part: u64, before: u64| money::show(part.saturating_sub(before), decimals);
        let (interest, principal, fees) = (
            paid(is.interest_paid, was.interest_paid),
            paid(is.principal_paid, was.principal_paid),
            paid(is.fees_paid, was.fees_paid),
        );
        let left = money::show(is.principal, decimals);
        let status = views::status(after.loan.status);
        let view = View::new(
            json!({
                "loan": self.loan.to_string(),
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
        context.done(landed, view)
    }
}
