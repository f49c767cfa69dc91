//! `latchkey loan list`

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use latchkey_cli::units::status;
use latchkey_cli::views;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::LoanStatus;

use crate::context::Context;

/// List a lender's or a borrower's loans
///
/// One loan per line, oldest first. The principal is the one that the chain last stored; `latchkey loan show` computes
/// it as of now.
#[derive(Args)]
pub struct List {
    /// Only loans of this lender [default, without --borrower: the settings' lender, or the one that --keypair created]
    #[arg(long, value_name = "ADDRESS")]
    lender: Option<Pubkey>,
    /// Only loans of this borrower
    #[arg(long, value_name = "ADDRESS")]
    borrower: Option<Pubkey>,
    /// Only loans of this status
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(status::ALL.map(status::show)).try_map(|name| status::parse(&name))
    )]
    status: Option<LoanStatus>,
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
            if self.status.is_some_and(|status| status != loan.status) {
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
            context.show(&views::loan_line(&address, &loan, decimals))?;
        }
        Ok(())
    }
}
