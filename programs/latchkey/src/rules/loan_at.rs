//! A loan at one moment: what every gate judges.

use core::cell::OnceCell;

use super::ledger::{Position, Wallet};
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Loan, Notice};

/// A loan, what its wallet holds, and the time. The position is computed when the first gate needs it, and once.
pub struct LoanAt<'a> {
    /// The loan as it is stored.
    pub loan: &'a Loan,
    /// What the car wallet holds.
    pub wallet: Wallet,
    /// The chain's time.
    pub now: i64,
    position: OnceCell<Ruled<Position>>,
}

impl<'a> LoanAt<'a> {
    /// `loan` at `now`, its wallet holding `wallet`.
    pub const fn new(loan: &'a Loan, wallet: Wallet, now: i64) -> Self {
        Self { loan, wallet, now, position: OnceCell::new() }
    }

    /// Where the loan stands.
    pub fn position(&self) -> Ruled<Position> {
        *self.position.get_or_init(|| Position::at(self.loan, self.wallet, self.now))
    }

    /// The position, if something is past due that the wallet cannot pay.
    pub fn past_due(&self) -> Ruled<Position> {
        check(self.loan.status.is_open(), E::LoanPaidOff)?;
        let position = self.position()?;
        check(position.past_due > 0, E::NotPastDue)?;
        check(position.is_beyond(self.wallet), E::WalletCanPay)?;
        Ok(position)
    }

    /// Whether the wallet can pay all that is past due. If that cannot be computed, the car gets the benefit of the
    /// doubt.
    pub fn can_cure(&self) -> bool {
        self.position().map_or(true, |position| !position.is_beyond(self.wallet))
    }

    /// The notice of the present delinquency: one served since the oldest unpaid instalment fell due. An earlier notice
    /// was about instalments that are paid since.
    pub fn notice_in_force(&self) -> Option<Notice> {
        let since = self.position().ok()?.oldest_unpaid_due?;
        self.loan.notice.filter(|notice| notice.served_at >= since)
    }
}
