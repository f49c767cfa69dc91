//! `latchkey loan close`

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::context::Context;

/// Lender or borrower signs. The rest of the wallet goes to the borrower, the rest of the escrow to the lender, and the
/// rent to who paid it.
#[derive(Args)]
pub struct Close {
    /// The loan
    loan: Pubkey,
}

impl Close {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let party = context.me()?;
        let mint = scene.mint;
        let tokens = mint.account_of(&scene.loan.borrower);
        let account = create_associated_token_account_idempotent(
            &context.payer()?.address(),
            &scene.loan.borrower,
            &mint.address,
            &mint.token_program,
        );
        let close = instructions::close_loan(
            &scene.keys,
            party.address(),
            scene.lender.authority,
            tokens,
            scene.loan.rent_payer,
        );
        let wallet = money::show(scene.wallet, mint.decimals);
        let view = View::new(
            json!({
                "loan": self.loan.to_string(),
                "wallet_returned": wallet,
                "escrow_returned_lamports": scene.escrow_lamports,
            }),
            format!(
                "closed: {wallet} back to the borrower, {} SOL back to the lender",
                money::show_sol(scene.escrow_lamports)
            ),
        );
        context.run("closing the loan", &[account, close], &[&party], view).await
    }
}
