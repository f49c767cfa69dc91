//! `latchkey loan withdraw`

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::party::Party;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions::{self, LoanKeys};
use latchkey_client::{Pubkey, pda};
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::BorrowerKey;
use crate::context::Context;

/// Take tokens that are not due out of the car wallet
///
/// The tokens go to the borrower's associated token account, which is created if it does not exist. It works for tokens of
/// a wrong mint too, and for tokens that came after the loan was closed.
#[derive(Args)]
pub struct Withdraw {
    #[command(flatten)]
    loan: LoanArg,
    /// The amount, tokens; or `all`
    amount: String,
    /// Tokens of this mint instead, which were sent to the loan's address by mistake
    #[arg(long, value_name = "ADDRESS", conflicts_with = "from")]
    mint: Option<Pubkey>,
    /// The token account to take from, which belongs to the loan's address [default: the car wallet]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<Pubkey>,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Withdraw {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let cluster = &context.cluster;
        let (loan, unsent) = cluster.loan_or_stub(&self.loan.loan).await?;
        let wallet = match (self.from, self.mint) {
            (Some(from), _) => from,
            (None, Some(mint)) => cluster.mint(&mint).await?.account_of(&self.loan.loan),
            (None, None) => loan.wallet,
        };
        let held = cluster.token_account(&wallet).await?;
        let mint = cluster.mint(&held.mint).await?;
        let free = if wallet == loan.wallet { held.amount.saturating_sub(unsent) } else { held.amount };
        let amount = match self.amount.as_str() {
            "all" => free,
            text => money::parse(text, mint.decimals).context("the amount")?,
        };
        if amount == 0 {
            bail!("there is nothing to take from {wallet}");
        }
        let borrower = match (self.borrower.named(context)?, context.me()) {
            (Some(named), _) => named,
            (None, Ok(me)) if me.address() == loan.borrower => me,
            _ => Party::Elsewhere(loan.borrower),
        };
        let to = mint.account_of(&borrower.address());
        let create = mint.create_account_of(&borrower.address(), &context.payer()?.address());
        let keys = LoanKeys {
            lender: loan.lender,
            vehicle: loan.vehicle,
            loan: self.loan.loan,
            escrow: pda::escrow(&self.loan.loan),
            wallet,
            mint: mint.address,
            treasury: Pubkey::default(),
            token_program: mint.token_program,
        };
        let withdraw = instructions::withdraw_surplus(&keys, borrower.address(), to, amount);
        let shown = money::show(amount, mint.decimals);
        let view = View::new(
            json!({
                "loan": self.loan.loan.to_string(),
                "amount": shown,
                "from": wallet.to_string(),
                "to": to.to_string(),
            }),
            format!("{shown} moved from {wallet} to {to}"),
        );
        context.run("the withdrawal", &[create, withdraw], &[&borrower], view).await
    }
}
