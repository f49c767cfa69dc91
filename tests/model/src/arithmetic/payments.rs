use super::{Books, Phase};

/// Why no payment was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is owed.
    Ended,
    /// The amount is zero.
    Nothing,
    /// More than is owed.
    TooMuch,
    /// The wallet does not hold it.
    WalletTooSmall,
    /// More moments than one call may walk through.
    TooManyMoments,
    /// The rest has to come from somewhere.
    NoTokens,
}

impl Books {
    /// Pays interest, then principal, at `then`.
    pub(super) fn pay_debt(&mut self, amount: i128, then: i64, counts: bool) {
        let to_interest = amount.min(self.interest(then));
        let to_principal = amount - to_interest;
        assert!(to_principal <= self.principal(), "no more is paid than is owed");
        self.interest_gone += to_interest;
        self.interest_paid += to_interest;
        self.balances.owe(self.principal() - to_principal, then);
        self.principal_paid += to_principal;
        if counts {
            self.on_schedule += amount;
        }
        self.unsent += amount;
    }

    /// Pays fees.
    pub(super) fn pay_fees(&mut self, amount: i128) {
        assert!(amount <= self.fees, "no more is paid than is owed");
        self.fees -= amount;
        self.fees_paid += amount;
        self.unsent += amount;
    }

    /// Looks, and pays `amount` of the debt and `fees` more than is due.
    pub fn prepay(&mut self, amount: u64, fees: u64, now: i64) -> Result<(), Refused> {
        self.look(now)?;
        if let Some(refused) = self.why_no_prepayment(amount, fees).first() {
            return Err(*refused);
        }
        self.pay_debt(i128::from(amount), self.looked_at, self.plan.pays_ahead);
        self.pay_fees(i128::from(fees));
        Ok(())
    }

    /// All that stands against paying `amount` of the debt and `fees` in the second of the last look.
    pub fn why_no_prepayment(&self, amount: u64, fees: u64) -> Vec<Refused> {
        let (amount, fees) = (i128::from(amount), i128::from(fees));
        let broken = [
            (amount + fees == 0, Refused::Nothing),
            (amount > self.debt(self.looked_at) || fees > self.fees, Refused::TooMuch),
            (amount + fees > self.free(), Refused::WalletTooSmall),
        ];
        broken.into_iter().filter(|(is_broken, _)| *is_broken).map(|(_, refused)| refused).collect()
    }

    /// Looks, and pays all: with what is free in the wallet if the borrower signs, the rest with what `brought` holds.
    /// Returns what was brought.
    pub fn pay_off(&mut self, by_borrower: bool, brought: Option<u64>, now: i64) -> Result<u64, Refused> {
        if self.phase == Phase::Ended {
            return Err(Refused::Ended);
        }
        self.look(now)?;
        let then = self.looked_at;
        let own = if by_borrower { self.free().min(self.payoff(then)) } else { 0 };
        let rest = u64::try_from(self.payoff(then) - own).map_err(|_| Refused::TooMuch)?;
        if rest > 0 && brought.ok_or(Refused::NoTokens)? < rest {
            return Err(Refused::WalletTooSmall);
        }
        self.deposit(rest);
        self.pay_debt(self.debt(then), then, true);
        self.pay_fees(self.fees);
        Ok(rest)
    }

    /// Looks, and gives the borrower what is not due.
    pub fn withdraw(&mut self, amount: u64, now: i64) -> Result<(), Refused> {
        self.look(now)?;
        let amount = i128::from(amount);
        if amount == 0 {
            return Err(Refused::Nothing);
        }
        if amount > self.free() {
            return Err(Refused::WalletTooSmall);
        }
        self.wallet -= amount;
        self.withdrawn += amount;
        Ok(())
    }

    /// Forgives principal, interest and fees; no more than is owed.
    pub fn forgive(&mut self, principal: u64, interest: u64, fees: u64) -> Result<(), Refused> {
        let [principal, interest, fees] = [principal, interest, fees].map(i128::from);
        if principal > self.principal() || interest > self.interest(self.looked_at) || fees > self.fees {
            return Err(Refused::TooMuch);
        }
        self.balances.owe(self.principal() - principal, self.looked_at);
        self.interest_gone += interest;
        self.fees -= fees;
        Ok(())
    }

    /// Pays what the wallet holds, due or not.
    pub fn pay_all_it_can(&mut self) {
        self.pay_debt(self.free().min(self.debt(self.looked_at)), self.looked_at, true);
    }

    /// Forgives all.
    pub fn settle(&mut self) {
        self.balances.owe(0, self.looked_at);
        self.interest_gone += self.interest(self.looked_at);
        self.fees = 0;
        self.phase = Phase::Ended;
    }

    /// Another rate from the last look on.
    pub fn charge(&mut self, apr_ppm: u32) {
        self.balances.charge(apr_ppm, self.looked_at);
        self.plan.apr_ppm = apr_ppm;
    }
}
