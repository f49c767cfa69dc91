//! `latchkey loan payoff`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::car_wallet::short_of_payoff;
use crate::commands::LoanArg;
use crate::context::Context;

/// Pay off a loan. Anybody may
///
/// Pays principal, interest to the second, and fees, also while the loan is past due, and whatever the lender's treasury
/// does. What is due comes from the car wallet; the rest comes from there too if the borrower signs. What is missing comes
/// from the payer's own token account. Without --yes, asks first.
#[derive(Args)]
pub struct Payoff {
    #[command(flatten)]
    loan: LoanArg,
    /// The payer's token account that brings what is missing [default: the associated token account of --keypair]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<Pubkey>,
}

impl Payoff {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let payer = context.me()?;
        let decimals = accounts.mint.decimals;
        let quote = accounts.quote()?;
        let by_borrower = payer.address() == accounts.loan.borrower;
        // Interest accrues until the transaction lands, so the wallet must hold a little more to need no help.
        let needs_help = !by_borrower || short_of_payoff(&accounts)? > 0;
        let from =
            needs_help.then(|| self.from.unwrap_or_else(|| accounts.mint.account_of(&payer.address())));
        let brought = if by_borrower { quote.payoff.saturating_sub(quote.free) } else { quote.payoff };
        let (amount, brought) = (money::show(quote.payoff, decimals), money::show(brought, decimals));
        let pay_off = instructions::pay_off(&accounts.keys, payer.address(), from);
        context.confirm(&format!(
            "Pay off {amount}, of which {brought} from your own account, and the interest until the transaction lands?"
        ))?;
        let view = View::new(
            json!({
                "loan": accounts.keys.loan.to_string(),
                "payoff": amount,
                "brought": brought,
            }),
            format!("paid off with {amount} and the interest since; `latchkey loan close` closes the loan"),
        );
        context.run("the payoff", &[pay_off], &[&payer], view).await
    }
}
