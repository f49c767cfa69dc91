//! `latchkey loan top-up`

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::Pubkey;
use serde_json::json;

use super::car_wallet::{short_of_payoff, transfer_to_wallet};
use crate::commands::LoanArg;
use crate::context::Context;

/// Put tokens into the car wallet
///
/// Anybody may do so: it is a plain token transfer. `latchkey loan withdraw` returns tokens that are not due.
#[derive(Args)]
pub struct TopUp {
    #[command(flatten)]
    loan: LoanArg,
    /// The amount, tokens; or `due`, what the wallet lacks to pay what is due; or `payoff`, what it lacks for a payoff
    /// within minutes
    amount: String,
    /// The token account that pays [default: the associated token account of --keypair]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<Pubkey>,
}

impl TopUp {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let decimals = accounts.mint.decimals;
        let amount = match self.amount.as_str() {
            "due" => accounts.quote()?.past_due,
            "payoff" => short_of_payoff(&accounts)?,
            text => money::parse(text, decimals).context("the amount")?,
        };
        if amount == 0 {
            bail!("nothing to transfer: the car wallet holds {}", money::show(accounts.wallet, decimals));
        }
        let owner = context.me()?;
        let from = self.from.unwrap_or_else(|| accounts.mint.account_of(&owner.address()));
        let transfer = transfer_to_wallet(&accounts, &from, &owner.address(), amount)?;
        let (shown, wallet) = (money::show(amount, decimals), accounts.keys.wallet);
        let view = View::new(
            json!({
                "loan": accounts.keys.loan.to_string(),
                "wallet_address": wallet.to_string(),
                "amount": shown,
            }),
            format!("{shown} moved into the car wallet {wallet}"),
        );
        context.run("the top-up", &[transfer], &[&owner], view).await
    }
}
