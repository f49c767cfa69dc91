//! `latchkey loan withdraw`

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::BorrowerKey;
use crate::context::Context;

/// To the borrower's associated token account, which is made if it is missing.
#[derive(Args)]
pub struct Withdraw {
    /// The loan
    loan: Pubkey,
    /// How many tokens
    amount: String,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Withdraw {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let mint = scene.mint;
        let amount = money::parse(&self.amount, mint.decimals).context("the amount")?;
        let borrower = context.for_borrower(&scene.loan, self.borrower.borrower_keypair.as_ref())?;
        let payer = context.payer()?.address();
        let to = mint.account_of(&borrower.address());
        let account = create_associated_token_account_idempotent(
            &payer,
            &borrower.address(),
            &mint.address,
            &mint.token_program,
        );
        let withdraw = instructions::withdraw_surplus(&scene.keys, borrower.address(), to, amount);
        let shown = money::show(amount, mint.decimals);
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "amount": shown, "to": to.to_string() }),
            format!("{shown} from the car wallet to {to}"),
        );
        context.run("the withdrawal", &[account, withdraw], &[&borrower], view).await
    }
}
