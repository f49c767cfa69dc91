//! `latchkey localnet give`

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anchor_spl::token_2022::spl_token_2022::instruction::mint_to;
use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::Pubkey;
use serde_json::json;

use crate::context::Context;

/// Into their associated token account, which is made if it is missing. The mint's authority signs.
#[derive(Args)]
pub struct Give {
    /// The mint
    mint: Pubkey,
    /// Whose it becomes
    to: Pubkey,
    /// How many tokens
    amount: String,
}

impl Give {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let mint = context.cluster.mint(&self.mint).await?;
        let amount = money::parse(&self.amount, mint.decimals).context("the amount")?;
        let authority = context.me()?;
        let account = mint.account_of(&self.to);
        let make = create_associated_token_account_idempotent(
            &context.payer()?.address(),
            &self.to,
            &mint.address,
            &mint.token_program,
        );
        let give = mint_to(&mint.token_program, &mint.address, &account, &authority.address(), &[], amount)?;
        let shown = money::show(amount, mint.decimals);
        let json = json!({ "mint": self.mint.to_string(), "account": account.to_string(), "amount": shown });
        let view = View::new(json, format!("{shown} for {} at {account}", self.to));
        context.run("making money", &[make, give], &[&authority], view).await
    }
}
