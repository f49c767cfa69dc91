//! The end of a story: whether the books balance.

use anyhow::Result;
use latchkey_client::{accounts::ProgramAccount, events::Event, pda};

use super::{
    books::{Books, Purse},
    chain::ChainExt,
    life::Life,
    milestone::Milestone,
};

impl Life<'_> {
    /// Checks that the sums of the events equal the changes of the balances.
    pub(super) async fn done(mut self, before: Purse, treasury: u64) -> Result<bool> {
        let chain = self.story.chain;
        let books = Books::of(self.journal.entries());
        let purse = Purse::of(chain, &self.story.keeper).await?;
        let earned = purse.earned_since(&before);
        let mut check = |holds: bool, complaint: &str| {
            if !holds {
                self.wrong.push(complaint.to_owned());
            }
        };
        check(
            books.escrow_in_lamports == books.escrow_out_lamports,
            "more or less left the escrow than entered it",
        );
        check(
            earned == i128::from(books.keeper_fees_lamports),
            "the keeper's balance did not change by the fees it earned",
        );
        let loan = ProgramAccount::decode(&chain.data("loan", &self.keys.loan).await?);
        check(
            matches!(loan, Ok(ProgramAccount::LoanStub(_))),
            "the loan is not a stub that remembers its wallet",
        );
        for (what, account) in [("escrow", self.keys.escrow), ("wallet", self.keys.wallet)] {
            check(chain.account(&account).await?.is_none(), &format!("the {what} is still there"));
        }
        let vehicle = chain.vehicle(&self.keys.vehicle).await?;
        for seq in 1..=vehicle.last_seq_asked {
            let left = chain.lamports(&pda::invocation(&self.keys.vehicle, seq)).await?;
            check(left == 0, &format!("lamports are left in invocation {seq}"));
        }
        let paid: u64 = self
            .journal
            .entries()
            .iter()
            .map(|entry| match &entry.event {
                Event::PaymentApplied(event) => event.principal + event.interest + event.fees,
                _ => 0,
            })
            .sum();
        let lent = self.story.script.terms.principal;
        let now = chain.tokens(&self.story.parties.treasury).await?.amount;
        check(now + lent == treasury + paid, "the lender did not get what the borrower paid");
        let ok = self.wrong.is_empty();
        let milestone = Milestone::Done {
            ok,
            books,
            keeper_earned_lamports: i64::try_from(earned)?,
            keeper_transaction_fees_lamports: purse.spent - before.spent,
            wrong: std::mem::take(&mut self.wrong),
        };
        self.tell(&milestone).await?;
        Ok(ok)
    }
}
