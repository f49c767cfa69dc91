use anyhow::Result;
use latchkey_client::{Pubkey, events::Event};
use serde::Serialize;

use super::{
    chain::{Chain, ChainExt},
    journal::Entry,
};

/// A loan's lamports, added up from the events of its whole life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Books {
    /// Put into the escrow: deposits, and bonds that keepers forfeited.
    pub escrow_in_lamports: u64,
    /// Paid out of the escrow: fees for proven calls, and the rest that went back to the lender.
    pub escrow_out_lamports: u64,
    /// Fees that keepers earned.
    pub keeper_fees_lamports: u64,
    /// Proven calls.
    pub calls: u64,
}

impl Books {
    /// Adds up a journal.
    pub fn of(entries: &[Entry]) -> Self {
        let mut books = Self::default();
        for entry in entries {
            match &entry.event {
                Event::LoanOriginated(event) => books.escrow_in_lamports += event.escrow,
                Event::EscrowFunded(event) => books.escrow_in_lamports += event.lamports,
                Event::InvocationClaimed(event) => books.escrow_in_lamports += event.forfeited,
                Event::InvocationExpired(event) => books.escrow_in_lamports += event.forfeited,
                Event::InvocationConfirmed(event) => {
                    books.escrow_out_lamports += event.fee;
                    books.keeper_fees_lamports += event.fee;
                    books.calls += 1;
                }
                Event::LoanClosed(event) => books.escrow_out_lamports += event.escrow_returned,
                _ => {}
            }
        }
        books
    }
}

/// What a keeper has, and what its transactions have cost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purse {
    /// Its balance, lamports.
    pub lamports: u64,
    /// Fees of every transaction it ever paid for, lamports.
    pub spent: u64,
}

impl Purse {
    /// Reads a keeper's balance and history.
    pub async fn of(chain: &dyn Chain, keeper: &Pubkey) -> Result<Self> {
        let history = chain.history(keeper, None).await?;
        let spent = history.iter().filter(|landed| landed.payer == *keeper).map(|landed| landed.fee).sum();
        Ok(Self { lamports: chain.lamports(keeper).await?, spent })
    }

    /// What it earned since `before`: the change of its balance, with transaction fees added back.
    pub fn earned_since(&self, before: &Self) -> i128 {
        let gained = i128::from(self.lamports) - i128::from(before.lamports);
        gained + i128::from(self.spent) - i128::from(before.spent)
    }
}
