//! `latchkey loan list`

use std::collections::HashMap;

use anyhow::Result;
use clap::{Args, ValueEnum};
use latchkey_cli::views;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::LoanStatus;

use crate::context::Context;

/// One loan a line, oldest first. Principal is as the chain last wrote it; `latchkey loan show` brings it up to now.
#[derive(Args)]
pub struct List {
    /// Of this lender [default, without --borrower: the settings' lender, or the one that who signs has created]
    #[arg(long, value_name = "ADDRESS")]
    lender: Option<Pubkey>,
    /// Of this borrower
    #[arg(long, value_name = "ADDRESS")]
    borrower: Option<Pubkey>,
    /// Only those that stand so
    #[arg(long)]
    status: Option<Status>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Status {
    Active,
    Defaulted,
    PaidOff,
    ChargedOff,
}

impl Status {
    fn is(self, status: LoanStatus) -> bool {
        self == match status {
            LoanStatus::Active => Self::Active,
            LoanStatus::Defaulted => Self::Defaulted,
            LoanStatus::PaidOff => Self::PaidOff,
            LoanStatus::ChargedOff => Self::ChargedOff,
        }
    }
}

impl List {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let lender = match (self.lender, self.borrower) {
            (None, Some(_)) => None,
            (named, _) => Some(context.lender(named)?),
        };
        let bar = context.printer.wait("reading the loans");
        let loans = context.cluster.loans(lender.as_ref(), self.borrower.as_ref()).await;
        bar.finish_and_clear();
        let mut decimals: HashMap<Pubkey, u8> = HashMap::new();
        for (address, loan) in loans? {
            if self.status.is_some_and(|status| !status.is(loan.status)) {
                continue;
            }
            let decimals = if let Some(known) = decimals.get(&loan.lender) {
                *known
            } else {
                let mint = context.cluster.lender(&loan.lender).await?.mint;
                let read = context.cluster.mint(&mint).await?.decimals;
                decimals.insert(loan.lender, read);
                read
            };
            context.printer.show(&views::loan_line(&address, &loan, decimals))?;
        }
        Ok(())
    }
}
