//! Payments.

use latchkey::errors::LatchkeyError as Rule;

use super::{Model, Step, TokenAccount, ask};
use crate::arithmetic::Refused;
use crate::moves::{Fate, Sum};
use crate::parties::Who;

/// Notes why a payment was refused.
fn refuse(outcome: Result<(), Refused>, too_small: Rule) {
    let Err(refused) = outcome else {
        return;
    };
    ask(
        false,
        match refused {
            Refused::Ended => Rule::LoanPaidOff,
            Refused::Nothing => Rule::ZeroAmount,
            Refused::TooMuch => Rule::PrepayExceedsPayoff,
            Refused::WalletTooSmall => too_small,
            Refused::TooManyMoments => Rule::TooManyMoments,
            Refused::NoTokens => Rule::PayerTokensMissing,
        },
    );
}

impl Model {
    /// What an amount of loan money comes to, for a top-up or an instruction.
    pub fn sum(&self, sum: Sum) -> u64 {
        let (Some(contract), Some(standing)) = (&self.contract, self.standing()) else {
            return 1;
        };
        let amount = match sum {
            Sum::Units(units) => i128::from(units),
            Sum::Share(share) => i128::from(contract.loan.terms.instalment) * i128::from(share) / 100,
            Sum::Cure(odd) => standing.past_due + i128::from(odd),
            Sum::Payoff(odd) => standing.payoff() - standing.free + i128::from(odd),
            Sum::Debt(odd) => standing.debt + i128::from(odd),
            Sum::Surplus(odd) => standing.free + i128::from(odd),
            Sum::Fees(odd) => standing.fees + i128::from(odd),
        };
        u64::try_from(amount.max(0)).unwrap_or(u64::MAX)
    }

    /// A plain transfer into the car wallet, which anyone may make while there is one.
    pub fn top_up(&mut self, amount: u64) -> Step {
        self.running()?;
        self.draw(TokenAccount::Borrower, amount)?;
        self.running()?.books.deposit(amount);
        Ok(())
    }

    /// Something happens to the lender's treasury.
    pub fn treasury(&mut self, fate: Fate) -> Step {
        let lender = self.lender()?.clone();
        let treasury = self.token_account_at(&lender.treasury).ok_or("no treasury")?;
        let (open, frozen) = (self.tokens.contains_key(&treasury), self.frozen.contains(&treasury));
        match fate {
            Fate::Frozen => {
                ask(open && !frozen, "nothing to freeze");
                self.frozen.insert(treasury);
            }
            Fate::Thawed => ask(self.frozen.remove(&treasury), "nothing to thaw"),
            Fate::Closed => {
                ask(!frozen, "frozen");
                let all = *self.tokens.get(&treasury).ok_or("closed already")?;
                self.draw(treasury, all)?;
                self.receive(TokenAccount::Seller, i128::from(all))?;
                self.tokens.remove(&treasury);
                self.earn(&lender.authority, self.rents.wallet);
            }
            Fate::Opened => {
                ask(!open, "open already");
                self.spend(&Who::Payer.key(), self.rents.wallet)?;
                self.tokens.insert(treasury, 0);
            }
        }
        Ok(())
    }

    pub(crate) fn collect(&mut self, send: bool) -> Step {
        let now = self.now;
        let treasury = self.lender()?.treasury;
        let contract = self.running()?;
        // A loan left long is collected as often as needed.
        contract.books.advance(now);
        let at = contract.books.looked_at;
        contract.follow(at);
        if send {
            let amount = contract.books.send();
            // Nothing needs no treasury.
            if amount > 0 {
                let treasury = self.token_account_at(&treasury).ok_or("no treasury")?;
                self.receive(treasury, amount)?;
            }
        }
        Ok(())
    }

    pub(crate) fn prepay(&mut self, by: Who, debt: Sum, fees: Sum) -> Step {
        let (now, debt, fees) = (self.now, self.sum(debt), self.sum(fees));
        self.borrowed(by, true)?;
        let contract = self.running()?;
        contract.look_at_open(now);
        for refused in contract.books.why_no_prepayment(debt, fees) {
            refuse(Err(refused), Rule::WalletTooSmall);
        }
        if contract.books.prepay(debt, fees, now).is_ok() {
            contract.follow(now);
        }
        Ok(())
    }

    pub(crate) fn pay_off(&mut self, by: Who) -> Step {
        let now = self.now;
        let tokens = by.tokens().and_then(|token_account| self.tokens.get(&token_account).copied());
        let contract = self.running()?;
        let owes = contract.loan.borrower == by.key();
        if owes {
            contract.borrower_is_here();
        }
        let brought = contract.books.pay_off(owes, tokens, now);
        contract.follow(now);
        refuse(brought.map(drop), Rule::WalletTooSmall);
        if let (Ok(brought), Some(from)) = (brought, by.tokens()) {
            if brought > 0 {
                self.draw(from, brought)?;
            }
        } else if brought == Err(Refused::WalletTooSmall) {
            // The token program says that it is not there.
            ask(false, "a poor payer");
        }
        Ok(())
    }

    pub(crate) fn withdraw_surplus(&mut self, by: Who, sum: Sum) -> Step {
        let (now, amount) = (self.now, self.sum(sum));
        self.borrowed(by, false)?;
        ask(amount > 0, Rule::ZeroAmount);
        let contract = self.running()?;
        let outcome = contract.books.withdraw(amount, now);
        contract.follow(now);
        refuse(outcome, Rule::NotSurplus);
        let savings = by.tokens().ok_or("no account of the borrower")?;
        if outcome.is_ok() {
            self.receive(savings, i128::from(amount))?;
        }
        Ok(())
    }
}
