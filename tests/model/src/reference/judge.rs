//! What the loan is at a moment.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::LoanStatus;

use super::{Contract, Fault, Model, Step, ask};
use crate::arithmetic::Standing;
use crate::parties::Who;

impl Contract {
    /// Since when what is unpaid counts: its date, or the end of a stay that ended after it.
    pub fn unpaid_since(&self, standing: &Standing, now: i64) -> Option<i64> {
        let oldest = standing.oldest_due?;
        let stayed = if self.errs(Fault::StaysTakeGrace) { 0 } else { self.loan.stay_until };
        Some(if stayed <= now { oldest.max(stayed) } else { oldest })
    }

    /// From when on it is a default, if nothing is paid.
    pub fn default_from(&self, standing: &Standing, now: i64) -> Option<i64> {
        let early = i64::from(self.errs(Fault::DefaultsEarly));
        Some(self.unpaid_since(standing, now)? + i64::from(self.loan.terms.grace_secs) - early)
    }

    /// Whether it is a default, whatever is stored.
    pub fn in_default(&self, standing: &Standing, now: i64) -> bool {
        let enforced = matches!(self.loan.status, LoanStatus::Active | LoanStatus::Defaulted);
        let over = self.default_from(standing, now).is_some_and(|from| now >= from);
        enforced && standing.past_due > 0 && over && !self.is_stayed(now)
    }

    /// Whether nothing is enforced for now.
    pub fn is_stayed(&self, now: i64) -> bool {
        self.loan.stay_from <= now && now < self.loan.stay_until
    }

    /// Whether the borrower is on the way in an emergency.
    pub fn in_emergency(&self, now: i64) -> bool {
        let from = self.loan.emergency_from;
        from > 0 && now < from + i64::from(self.loan.terms.emergency_secs)
    }

    /// Whether the borrower's key is too new for all but paying and driving.
    pub fn is_recovered(&self, now: i64) -> bool {
        now < self.loan.recovered_until
    }

    /// Looks, as every instruction does that changes money, terms, status or stay, and lets the status follow.
    pub fn look(&mut self, now: i64) {
        ask(self.books.advance(now), Rule::TooManyMoments);
        self.follow(now);
    }

    /// Looks, for what may only happen while something is owed; also after the look.
    pub fn look_at_open(&mut self, now: i64) {
        ask(self.is_owing(), Rule::LoanPaidOff);
        self.look(now);
        ask(self.is_owing() || self.errs(Fault::ChangesWhatIsPaidOff), Rule::LoanPaidOff);
    }

    /// The status follows what the books say.
    pub fn follow(&mut self, now: i64) {
        let stands = self.books.stands();
        if self.is_owing() && stands.payoff() == 0 {
            self.becomes(LoanStatus::PaidOff);
        }
        if self.loan.status == LoanStatus::Defaulted && !self.in_default(&stands, now) {
            self.becomes(LoanStatus::Active);
        }
    }

    /// The borrower's signature takes back the proposal of another key, and nothing of it stays.
    pub fn borrower_is_here(&mut self) {
        self.loan.recovery_key = latchkey_client::Pubkey::default();
        self.loan.recovery_from = 0;
    }
}

impl Model {
    /// The borrower signs. A key that was recovered lately may only do what `always` allows.
    pub(crate) fn borrowed(&mut self, by: Who, always: bool) -> Step {
        let now = self.now;
        let contract = self.running()?;
        ask(by.key() == contract.loan.borrower, Rule::NotBorrower);
        ask(always || !contract.is_recovered(now), Rule::RecoveredKey);
        contract.borrower_is_here();
        Ok(())
    }

    /// The lender's authority signs.
    pub(crate) fn owned(&self, by: Who) -> Step {
        ask(by.key() == self.lender()?.authority, Rule::NotAuthority);
        Ok(())
    }

    /// The lender's authority or servicer signs.
    pub(crate) fn serviced(&self, by: Who) -> Step {
        ask(self.is_servicing(by)?, Rule::NotServicing);
        Ok(())
    }

    pub(crate) fn is_servicing(&self, by: Who) -> Step<bool> {
        let lender = self.lender()?;
        Ok([lender.authority, lender.servicer].contains(&by.key()))
    }
}
