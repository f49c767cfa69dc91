//! `latchkey loan top-up`

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_cli::views::quote_of;
use latchkey_client::Pubkey;
use serde_json::json;

use super::{short_of_payoff, transfer_to_wallet};
use crate::context::Context;

/// A plain token transfer. What lies in the car wallet and is not due can be taken back with `latchkey loan withdraw`.
#[derive(Args)]
pub struct TopUp {
    /// The loan
    loan: Pubkey,
    /// How many tokens; or `due`, what is due and not in the wallet; or `payoff`, what a payoff within minutes lacks
    amount: String,
    /// The token account it comes from [default: the associated one of who signs]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<Pubkey>,
}

impl TopUp {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let amount = match self.amount.as_str() {
            "due" => {
                let quote = quote_of(&scene)?;
                quote.past_due.saturating_add(quote.fees).saturating_sub(scene.wallet)
            }
            "payoff" => short_of_payoff(&scene)?,
            text => money::parse(text, scene.mint.decimals).context("the amount")?,
        };
        let shown = money::show(amount, scene.mint.decimals);
        if amount == 0 {
            bail!(
                "the car wallet holds {} and lacks nothing",
                money::show(scene.wallet, scene.mint.decimals)
            );
        }
        let owner = context.me()?;
        let from = self.from.unwrap_or_else(|| scene.mint.account_of(&owner.address()));
        let transfer = transfer_to_wallet(&scene, &from, &owner.address(), amount)?;
        let view = View::new(
            json!({
                "loan": self.loan.to_string(),
                "wallet_address": scene.keys.wallet.to_string(),
                "amount": shown,
            }),
            format!("{shown} into the car wallet {}", scene.keys.wallet),
        );
        context.run("the top-up", &[transfer], &[&owner], view).await
    }
}
