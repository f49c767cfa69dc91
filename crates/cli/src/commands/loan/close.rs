//! `latchkey loan close`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::context::Context;

/// Close a paid-off loan and return the remaining funds to their owners
///
/// Lender or borrower signs. The borrower receives the rest of the wallet, the lender the rest of the escrow, and
/// whoever paid the rent receives it back.
#[derive(Args)]
pub struct Close {
    #[command(flatten)]
    loan: LoanArg,
}

impl Close {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let party = context.me()?;
        let (mint, borrower) = (accounts.mint, accounts.loan.borrower);
        let create = mint.create_account_of(&borrower, &context.payer()?.address());
        let close = instructions::close_loan(
            &accounts.keys,
            party.address(),
            accounts.lender.authority,
            mint.account_of(&borrower),
            accounts.loan.rent_payer,
        );
        let wallet = money::show(accounts.wallet, mint.decimals);
        let view = View::new(
            json!({
                "loan": accounts.keys.loan.to_string(),
                "wallet_returned": wallet,
                "escrow_returned_lamports": accounts.escrow_lamports,
            }),
            format!(
                "closed: {wallet} returned to the borrower, {} SOL returned to the lender",
                money::show_sol(accounts.escrow_lamports)
            ),
        );
        context.run("closing the loan", &[create, close], &[&party], view).await
    }
}
