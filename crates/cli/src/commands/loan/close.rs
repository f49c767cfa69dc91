//! `latchkey loan close`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, CloseLoan};
use latchkey_client::latchkey::rules::ledger::Wallet;
use serde_json::json;

use crate::commands::LoanArg;
use crate::context::Context;

/// Close a loan that is paid off or settled, and return the remaining funds to their owners
///
/// Lender or borrower signs. The borrower receives the rest of the wallet, the lender what was paid and not yet sent and
/// the rest of the escrow, and whoever paid the rent receives it back.
#[derive(Args)]
pub struct Close {
    #[command(flatten)]
    loan: LoanArg,
    /// The token account of the lender's authority that receives what was not yet sent, if the treasury takes no payment
    /// [default: the treasury]
    #[arg(long, value_name = "ADDRESS")]
    lender_tokens: Option<Pubkey>,
}

impl Close {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let party = context.me()?;
        let (mint, borrower) = (accounts.mint, accounts.loan.borrower);
        let payer = context.payer()?.address();
        let mut instructions = vec![mint.create_account_of(&borrower, &payer)];
        let unsent = accounts.loan.ledger.unsent;
        let lender_tokens = (unsent > 0).then(|| self.lender_tokens.unwrap_or(accounts.keys.treasury));
        if lender_tokens == Some(mint.account_of(&accounts.lender.authority)) {
            instructions.push(mint.create_account_of(&accounts.lender.authority, &payer));
        }
        let who = CloseLoan {
            party: party.address(),
            authority: accounts.lender.authority,
            borrower_tokens: mint.account_of(&borrower),
            lender_tokens,
            rent_payer: accounts.loan.rent_payer,
        };
        instructions.push(instructions::close_loan(&accounts.keys, &who));
        let wallet = money::show(accounts.loan.ledger.free(Wallet(accounts.wallet)), mint.decimals);
        let sent = money::show(unsent, mint.decimals);
        let view = View::new(
            json!({
                "loan": accounts.keys.loan.to_string(),
                "wallet_returned": wallet,
                "sent": sent,
                "escrow_returned_lamports": accounts.escrow_lamports,
            }),
            format!(
                "closed: {wallet} returned to the borrower, {sent} sent to the lender, {} SOL returned to the lender",
                money::show_sol(accounts.escrow_lamports)
            ),
        );
        context.run("closing the loan", &instructions, &[&party], view).await
    }
}
