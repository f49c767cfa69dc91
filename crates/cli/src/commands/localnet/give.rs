//! `latchkey localnet give`

use anchor_spl::token_2022::spl_token_2022::instruction::mint_to;
use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::Pubkey;
use serde_json::json;

use crate::context::Context;

/// Mint test tokens for an owner
///
/// The tokens go to the owner's associated token account, which is created if it does not exist. The mint authority
/// signs.
#[derive(Args)]
pub struct Give {
    /// The mint
    mint: Pubkey,
    /// The owner that receives them
    to: Pubkey,
    /// The amount, tokens
    amount: String,
}

impl Give {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let mint = context.cluster.mint(&self.mint).await?;
        let amount = money::parse(&self.amount, mint.decimals).context("the amount")?;
        let authority = context.me()?;
        let account = mint.account_of(&self.to);
        let create = mint.create_account_of(&self.to, &context.payer()?.address());
        let give = mint_to(&mint.token_program, &mint.address, &account, &authority.address(), &[], amount)?;
        let shown = money::show(amount, mint.decimals);
        let json = json!({ "mint": self.mint.to_string(), "account": account.to_string(), "amount": shown });
        let view = View::new(json, format!("{shown} for {} at {account}", self.to));
        context.run("minting the tokens", &[create, give], &[&authority], view).await
    }
}
