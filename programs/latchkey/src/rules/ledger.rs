//! What is owed, what is due, and what a look at the wallet takes.

use super::interest::accrue;
use super::schedule::{due_at, instalments_due};
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Ledger, Loan, LoanStatus, Terms};

/// What the car wallet holds, base units, what is taken and unsent included. A type of its own, so that it is not mistaken
/// for an amount to pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wallet(pub u64);

/// Moments that one call walks at most. A loan left longer is collected first.
pub const MAX_MOMENTS: usize = 32;

impl Ledger {
    /// Principal and interest owed: what the schedule is about.
    pub fn owed_on_schedule(&self) -> Ruled<u64> {
        self.principal.checked_add(self.interest).ok_or(E::Overflow)
    }

    /// All that is owed: principal, interest and fees.
    pub fn payoff(&self) -> Ruled<u64> {
        self.owed_on_schedule()?.checked_add(self.fees).ok_or(E::Overflow)
    }

    /// What the wallet holds for the borrower: all but what is taken and unsent.
    pub fn free(&self, wallet: Wallet) -> u64 {
        wallet.0.saturating_sub(self.unsent)
    }

    /// Pays interest first, then principal. `amount` is at most both together.
    pub(super) fn pay_debt(&mut self, amount: u64) -> Ruled<Applied> {
        let interest = amount.min(self.interest);
        let principal = amount - interest;
        self.interest -= interest;
        self.principal = self.principal.checked_sub(principal).ok_or(E::Overflow)?;
        self.interest_paid = self.interest_paid.checked_add(interest).ok_or(E::Overflow)?;
        self.principal_paid = self.principal_paid.checked_add(principal).ok_or(E::Overflow)?;
        self.unsent = self.unsent.checked_add(amount).ok_or(E::Overflow)?;
        Ok(Applied { interest, principal, fees: 0 })
    }

    pub(super) fn pay_fees(&mut self, fees: u64) -> Ruled<Applied> {
        self.fees = self.fees.checked_sub(fees).ok_or(E::Overflow)?;
        self.fees_paid = self.fees_paid.checked_add(fees).ok_or(E::Overflow)?;
        self.unsent = self.unsent.checked_add(fees).ok_or(E::Overflow)?;
        Ok(Applied { fees, ..Applied::default() })
    }

    pub(super) fn credit_schedule(&mut self, amount: u64) -> Ruled<()> {
        self.paid_scheduled = self.paid_scheduled.checked_add(amount).ok_or(E::Overflow)?;
        Ok(())
    }
}

/// How a payment was divided, base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// To interest.
    pub interest: u64,
    /// To principal.
    pub principal: u64,
    /// To fees.
    pub fees: u64,
}

impl Applied {
    /// The whole payment.
    pub fn total(&self) -> u64 {
        // Parts of one `u64` amount.
        self.interest + self.principal + self.fees
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            interest: self.interest + other.interest,
            principal: self.principal + other.principal,
            fees: self.fees + other.fees,
        }
    }
}

/// Where a loan stands at a moment, once everything that was due by then is taken from its wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The ledger at that moment.
    pub ledger: Ledger,
    /// Instalments due so far.
    pub instalments_due: u16,
    /// Principal and interest due that the wallet could not pay, base units.
    pub past_due: u64,
    /// When the oldest instalment was due that is not paid in full, if one is past due.
    pub oldest_unpaid_due: Option<i64>,
    /// What was taken on the way.
    pub taken: Applied,
    /// Late fees charged on the way, base units.
    pub late_fees: u64,
    /// Whether the walk came to its end. If not, it stopped at the last of [`MAX_MOMENTS`] moments, or at the one before
    /// if the last shares its second with one more.
    pub is_complete: bool,
}

impl Position {
    /// The position of `loan` at `now`, its wallet holding `wallet`.
    pub fn at(loan: &Loan, wallet: Wallet, now: i64) -> Ruled<Self> {
        let position = advance(loan, wallet, now)?;
        check(position.is_complete, E::TooManyMoments)?;
        Ok(position)
    }

    /// Whole days since the oldest unpaid due date at `now`.
    pub fn days_past_due(&self, now: i64) -> i64 {
        self.oldest_unpaid_due.map_or(0, |due| (now - due) / super::calendar::DAY)
    }
}

/// Walks a loan from its last look to `now`.
///
/// What was due at the last look is taken first, so that late money counts from then. Then comes every moment up to
/// `now`: due dates, and `late_after_secs` after each; due dates first within a second. At a moment interest accrues to
/// it and what is due is taken; a late fee is charged where that moment's instalment is still unpaid. At last it
/// accrues to `now` and takes.
///
/// So whoever looks, and whenever, comes to the same sums for a borrower whose money was there in time, and a late look
/// never costs anything.
pub fn advance(loan: &Loan, wallet: Wallet, now: i64) -> Ruled<Position> {
    Walk::new(loan, wallet)?.to(now)
}

struct Walk<'a> {
    loan: &'a Loan,
    ledger: Ledger,
    free: u64,
    due: u16,
    taken: Applied,
    late_fees: u64,
}

impl<'a> Walk<'a> {
    fn new(loan: &'a Loan, wallet: Wallet) -> Ruled<Self> {
        let ledger = loan.ledger;
        let due = instalments_due(&loan.terms, ledger.as_of);
        let free = ledger.free(wallet);
        let mut walk = Self { loan, ledger, free, due, taken: Applied::default(), late_fees: 0 };
        walk.take()?;
        Ok(walk)
    }

    fn to(mut self, now: i64) -> Ruled<Position> {
        let (terms, from) = (&self.loan.terms, self.ledger.as_of);
        let mut is_complete = true;
        if now > from {
            let late_after = i64::from(terms.late_after_secs);
            let last_due = instalments_due(terms, now);
            // What is decided stays decided, though a longer grace or an extension moved its date ahead again.
            let mut late = self.ledger.late_decided;
            let last_late = instalments_due(terms, now.saturating_sub(late_after));
            let moments =
                usize::from(last_due.saturating_sub(self.due)) + usize::from(last_late.saturating_sub(late));
            is_complete = moments <= MAX_MOMENTS;
            for left in (0..moments.min(MAX_MOMENTS)).rev() {
                let due_date = (self.due < last_due).then(|| due_at(terms, self.due));
                let late_date = (late < last_late).then(|| due_at(terms, late).saturating_add(late_after));
                match (due_date, late_date) {
                    // A second is walked whole or not at all: the next call begins after the second where this one stops.
                    (Some(due), Some(late)) if due == late && left == 0 && !is_complete => break,
                    (Some(due), late) if late.is_none_or(|late| due <= late) => {
                        self.due += 1;
                        self.take_at(due)?;
                    }
                    (_, Some(moment)) => {
                        self.take_at(moment)?;
                        self.decide_late_fee(late, moment)?;
                        late += 1;
                    }
                    (_, None) => break,
                }
            }
            if is_complete {
                self.take_at(now)?;
            }
        }
        let past_due = past_due(&self.ledger, terms, self.due)?;
        let oldest = || due_at(terms, oldest_unpaid(&self.ledger, terms, 0));
        Ok(Position {
            ledger: self.ledger,
            instalments_due: self.due,
            past_due,
            oldest_unpaid_due: (past_due > 0).then(oldest),
            taken: self.taken,
            late_fees: self.late_fees,
            is_complete,
        })
    }

    fn take_at(&mut self, moment: i64) -> Ruled<()> {
        self.ledger = accrue(self.ledger, self.loan.terms.apr_ppm, moment)?;
        self.take()
    }

    /// Takes what is due; fees last of all, once the schedule is paid.
    fn take(&mut self) -> Ruled<()> {
        if self.free == 0 {
            return Ok(());
        }
        let amount = self.free.min(past_due(&self.ledger, &self.loan.terms, self.due)?);
        if amount > 0 {
            let applied = self.ledger.pay_debt(amount)?;
            self.ledger.credit_schedule(amount)?;
            self.taken = self.taken.and(applied);
            self.free -= amount;
        }
        if self.ledger.fees > 0 && self.ledger.owed_on_schedule()? == 0 {
            let applied = self.ledger.pay_fees(self.free.min(self.ledger.fees))?;
            self.taken = self.taken.and(applied);
            self.free -= applied.fees;
        }
        Ok(())
    }

    /// Charges instalment `k` its fee if it is unpaid. A charged-off loan has none, and a stay none inside it.
    fn decide_late_fee(&mut self, k: u16, moment: i64) -> Ruled<()> {
        self.ledger.late_decided = k.saturating_add(1);
        let is_unpaid =
            self.ledger.owed_on_schedule()? > 0 && oldest_unpaid(&self.ledger, &self.loan.terms, 0) <= k;
        if is_unpaid && self.loan.status != LoanStatus::ChargedOff && !self.loan.is_stayed(moment) {
            let fee = self.loan.terms.late_fee;
            self.ledger.fees = self.ledger.fees.checked_add(fee).ok_or(E::Overflow)?;
            self.late_fees = self.late_fees.checked_add(fee).ok_or(E::Overflow)?;
        }
        Ok(())
    }
}

/// What is scheduled so far less what was paid toward it: never more than is owed, never below 0. Once every
/// instalment is due, all that is owed on the schedule is.
fn past_due(ledger: &Ledger, terms: &Terms, due: u16) -> Ruled<u64> {
    let owed = ledger.owed_on_schedule()?;
    if due >= terms.count {
        return Ok(owed);
    }
    Ok(unpaid(ledger, terms, due).min(owed))
}

/// What is scheduled by the first `due` instalments less what was paid toward them, base units.
fn unpaid(ledger: &Ledger, terms: &Terms, due: u16) -> u64 {
    let scheduled = u128::from(terms.instalment) * u128::from(due);
    let unpaid = scheduled.saturating_sub(u128::from(ledger.paid_scheduled));
    u64::try_from(unpaid).unwrap_or(u64::MAX)
}

/// The oldest instalment not paid in full once `more` is paid toward the schedule, counted from 0.
fn oldest_unpaid(ledger: &Ledger, terms: &Terms, more: u64) -> u16 {
    let paid = ledger.paid_scheduled.saturating_add(more) / terms.instalment.max(1);
    u16::try_from(paid).unwrap_or(u16::MAX).min(terms.count.saturating_sub(1))
}

/// When the oldest unpaid instalment was due, if one is past due at `now`.
///
/// Before the last due date this has a closed form, and needs no walk: something is past due if what is scheduled so far
/// and unpaid is more than the wallet holds. It holds as long as that is not more than is owed.
pub fn oldest_unpaid_due(loan: &Loan, wallet: Wallet, now: i64) -> Ruled<Option<i64>> {
    let (ledger, terms) = (&loan.ledger, &loan.terms);
    let due = instalments_due(terms, now.max(ledger.as_of));
    let unpaid = unpaid(ledger, terms, due);
    if due >= terms.count || unpaid > ledger.owed_on_schedule()? {
        return Ok(Position::at(loan, wallet, now)?.oldest_unpaid_due);
    }
    let free = ledger.free(wallet);
    Ok((unpaid > free).then(|| due_at(terms, oldest_unpaid(ledger, terms, free))))
}

#[cfg(test)]
mod tests;
