//! A loan at one moment: what every gate judges.

use core::cell::OnceCell;

use super::ledger::{Wallet, oldest_unpaid_due};
use super::{Ruled, check, later};
use crate::errors::LatchkeyError as E;
use crate::state::Loan;

/// A loan, what its wallet holds, and the time. What is unpaid is computed when the first gate needs it, and once.
pub struct LoanAt<'a> {
    /// The loan as it is stored.
    pub loan: &'a Loan,
    /// What the car wallet holds.
    pub wallet: Wallet,
    /// The chain's time.
    pub now: i64,
    oldest_unpaid_due: OnceCell<Ruled<Option<i64>>>,
}

impl<'a> LoanAt<'a> {
    /// `loan` at `now`, its wallet holding `wallet`.
    pub const fn new(loan: &'a Loan, wallet: Wallet, now: i64) -> Self {
        Self { loan, wallet, now, oldest_unpaid_due: OnceCell::new() }
    }

    /// When the oldest instalment was due that the wallet cannot pay, if there is one.
    pub fn oldest_unpaid_due(&self) -> Ruled<Option<i64>> {
        *self.oldest_unpaid_due.get_or_init(|| oldest_unpaid_due(self.loan, self.wallet, self.now))
    }

    /// The same where something must be past due.
    pub fn past_due(&self) -> Ruled<i64> {
        check(self.loan.status.is_open(), E::LoanPaidOff)?;
        self.oldest_unpaid_due()?.ok_or(E::NotPastDue)
    }

    /// From when grace and notice count: the oldest unpaid due date, or the end of a stay that came after it.
    pub fn delinquent_since(&self) -> Ruled<i64> {
        let oldest = self.past_due()?;
        let stay_ended = Some(self.loan.stay_until).filter(|end| *end <= self.now);
        Ok(stay_ended.map_or(oldest, |end| end.max(oldest)))
    }

    /// The second from which the loan is in default, if something is past due.
    pub fn default_since(&self) -> Ruled<i64> {
        later(self.delinquent_since()?, self.loan.terms.grace_secs)
    }

    /// Whether the loan is in default at this moment, whatever its status says.
    pub fn is_in_default(&self) -> Ruled<bool> {
        match self.check_in_default() {
            Ok(()) => Ok(true),
            Err(unknown @ (E::Overflow | E::TooManyMoments)) => Err(unknown),
            Err(_) => Ok(false),
        }
    }

    /// Refuses a loan that is not in default at this moment, with the reason.
    pub fn check_in_default(&self) -> Ruled<()> {
        check(self.loan.status.is_enforced(), E::NotEnforced)?;
        check(!self.loan.is_stayed(self.now), E::OnStay)?;
        check(self.now >= self.default_since()?, E::GraceNotOver)
    }
}
