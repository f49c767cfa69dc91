//! What lender and borrower change in a loan.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{LoanStatus, Terms};

use super::{Fault, Model, Step, ask, plan_of, terms};
use crate::arithmetic::Refused;
use crate::moves::Sum;
use crate::parties::Who;

/// What a notice's evidence is.
pub const EVIDENCE: [u8; 32] = [9; 32];

/// How many reasons there are to settle.
pub const REASONS: usize = 5;

/// A day.
const DAY: i64 = 86_400;

/// What both parties name when they sign for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The loan's revision, and a deadline that has not passed.
    Sound,
    /// To the second.
    LastSecond,
    /// The loan has changed since.
    OldRevision,
    /// The deadline has passed.
    Late,
}

/// How terms are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amended {
    /// Nothing.
    Same,
    /// Lower rate and fee, longer graces.
    Kinder,
    /// A part of the debt is forgiven, in hundredths: principal, interest.
    Forgiven(u64, u64),
    /// More is forgiven than is owed.
    TooMuch,
    /// A new schedule, at this rate.
    Fresh(u32),
    /// A new schedule that begins now.
    DueNow,
    /// Another principal was lent.
    OtherPrincipal,
    /// An earlier default.
    Harsher,
}

impl Model {
    /// What an agreement names.
    pub fn named(&self, agreement: Agreement) -> (u32, i64) {
        let revision = self.contract.as_ref().map_or(0, |contract| contract.loan.revision);
        match agreement {
            Agreement::Sound => (revision, self.now + DAY),
            Agreement::LastSecond => (revision, self.now),
            Agreement::OldRevision => (revision.wrapping_sub(1), self.now + DAY),
            Agreement::Late => (revision, self.now - 1),
        }
    }

    pub(super) fn agreed(agreement: Agreement) {
        ask(agreement != Agreement::OldRevision, Rule::RevisionChanged);
        ask(agreement != Agreement::Late, Rule::DeadlinePassed);
    }

    pub(crate) fn declare_default(&mut self) -> Step {
        let now = self.now;
        let contract = self.running()?;
        ask(contract.loan.status == LoanStatus::Active, Rule::NotActive);
        contract.look(now);
        ask(contract.loan.status == LoanStatus::Active, Rule::NotActive);
        let standing = contract.books.stands();
        ask(standing.past_due > 0, Rule::NotPastDue);
        ask(!contract.is_stayed(now), Rule::OnStay);
        let over = contract.default_from(&standing, now).is_some_and(|from| now >= from);
        ask(over, Rule::GraceNotOver);
        contract.becomes(LoanStatus::Defaulted);
        contract.loan.defaulted_at = now;
        Ok(())
    }

    pub(crate) fn serve_notice(&mut self, by: Who, channels: u8) -> Step {
        self.serviced(by)?;
        let now = self.now;
        ask(channels > 0 && channels & !31 == 0, Rule::InvalidChannels);
        let contract = self.running()?;
        let enforced = matches!(contract.loan.status, LoanStatus::Active | LoanStatus::Defaulted);
        ask(enforced, Rule::NotEnforced);
        ask(contract.is_owing(), Rule::LoanPaidOff);
        ask(enforced || contract.loan.status != LoanStatus::ChargedOff, Rule::ChargedOff);
        ask(!contract.is_stayed(now), Rule::OnStay);
        let Some(standing) = contract.books.judged(now) else {
            return Err(Rule::TooManyMoments.into());
        };
        ask(standing.past_due > 0, Rule::NotPastDue);
        if let Err(rule) = contract.tell(&standing, channels & 31, now) {
            ask(false, rule);
        }
        Ok(())
    }

    pub(crate) fn place_hold(&mut self, by: Who, secs: i64) -> Step {
        self.serviced(by)?;
        let (now, until) = (self.now, self.now + secs);
        let longest = if self.lender()?.authority == by.key() { 366 * DAY } else { 45 * DAY };
        let contract = self.running()?;
        ask(contract.is_owing(), Rule::LoanPaidOff);
        ask(until > now && until <= now + longest && until > contract.loan.hold_until, Rule::InvalidHold);
        contract.loan.hold_until = until;
        contract.loan.revision += 1;
        Ok(())
    }

    pub(crate) fn place_stay(&mut self, by: Who, wait: i64, secs: i64) -> Step {
        self.owned(by)?;
        let now = self.now;
        let (from, until) = (now + wait, now + wait + secs);
        let contract = self.running()?;
        contract.look_at_open(now);
        let mut sound = now <= from && from < until && until <= now + 366 * DAY;
        let (before, over) = (contract.loan.stay_from, contract.loan.stay_until);
        let unfinished = over > now;
        if unfinished {
            sound &= until > over && from <= over;
        }
        ask(sound, Rule::InvalidStay);
        // Grace started again at the end of the last stay: a later one that took its place would let it count from before.
        let fresh = !unfinished && contract.books.stands().oldest_due.is_some_and(|oldest| oldest < over);
        contract.loan.stay_from = match (unfinished, fresh) {
            (true, _) => before.min(from),
            (false, true) => now,
            (false, false) => from,
        };
        contract.loan.stay_until = until;
        contract.books.stay = (contract.loan.stay_from, until);
        contract.loan.revision += 1;
        contract.follow(now);
        Ok(())
    }

    pub(crate) fn lift_hold(&mut self, by: Who, borrower: Who, agreement: Agreement) -> Step {
        self.serviced(by)?;
        self.borrowed(borrower, false)?;
        Self::agreed(agreement);
        let now = self.now;
        let contract = self.running()?;
        ask(now < contract.loan.hold_until, Rule::NotOnHold);
        contract.loan.hold_until = 0;
        contract.loan.revision += 1;
        Ok(())
    }

    pub(crate) fn extend(&mut self, by: Who, borrower: Who, agreement: Agreement) -> Step {
        self.serviced(by)?;
        self.borrowed(borrower, false)?;
        Self::agreed(agreement);
        let now = self.now;
        let contract = self.running()?;
        ask(contract.loan.status != LoanStatus::ChargedOff, Rule::ChargedOff);
        contract.look_at_open(now);
        ask(contract.loan.extensions_used < contract.loan.terms.max_extensions, Rule::NoExtensionLeft);
        contract.loan.extensions_used = contract.loan.extensions_used.saturating_add(1);
        contract.loan.terms.deferred += 1;
        contract.books.plan.deferred += 1;
        contract.loan.revision += 1;
        contract.follow(now);
        Ok(())
    }

    /// The terms of an amendment, and what it forgives of principal and interest.
    pub fn amended(&self, how: Amended) -> (Terms, u64, u64) {
        let Some(contract) = &self.contract else {
            return (self.terms, 0, 0);
        };
        let mut looked = contract.clone();
        looked.books.advance(self.now);
        let owed = |amount: i128, share: u64| u64::try_from(amount).unwrap_or(0) * share / 100;
        let (principal, interest) = (looked.books.principal(), looked.books.interest(looked.books.looked_at));
        let terms = contract.loan.terms;
        let fresh = Terms { deferred: 0, first_due: terms::first_due(&terms, self.now, 3_600), ..terms };
        match how {
            Amended::Same => (terms, 0, 0),
            Amended::Kinder => {
                let kinder = Terms {
                    apr_ppm: terms.apr_ppm / 2,
                    late_fee: terms.late_fee / 2,
                    grace_secs: terms.grace_secs + 3_600,
                    late_after_secs: terms.late_after_secs + 1,
                    warn_after_secs: terms.warn_after_secs + 1,
                    ..terms
                };
                (kinder, 0, 0)
            }
            Amended::Forgiven(some, more) => (terms, owed(principal, some), owed(interest, more)),
            Amended::TooMuch => (terms, owed(principal, 100) + 1, 0),
            Amended::Fresh(apr_ppm) => (Terms { apr_ppm, ..fresh }, 0, owed(interest, 50)),
            Amended::DueNow => (Terms { first_due: self.now, ..fresh }, 0, 0),
            Amended::OtherPrincipal => (Terms { principal: terms.principal + 1, ..fresh }, 0, 0),
            Amended::Harsher => (Terms { warn_after_secs: terms.warn_after_secs - 1, ..terms }, 0, 0),
        }
    }

    pub(crate) fn amend(
        &mut self,
        by: Who,
        borrower: Option<Who>,
        how: Amended,
        agreement: Agreement,
    ) -> Step {
        let (terms, principal, interest) = self.amended(how);
        let now = self.now;
        self.contract()?;
        self.owned(by)?;
        if let Some(borrower) = borrower {
            self.borrowed(borrower, false)?;
        }
        Self::agreed(agreement);
        let floors = self.lender()?.floors;
        let contract = self.running()?;
        ask(contract.loan.status != LoanStatus::ChargedOff, Rule::ChargedOff);
        contract.look_at_open(now);
        if contract.books.forgive(principal, interest, 0) == Err(Refused::TooMuch) {
            ask(false, Rule::WaiverTooLarge);
        }
        let before = contract.loan.terms;
        ask(terms.principal == before.principal, Rule::AmendedPrincipal);
        if borrower.is_some() {
            terms::check(&terms, &floors, now);
            if terms.public_unlock && contract.loan.unlock_uri.is_empty() {
                ask(false, Rule::TermsPublicUnlock);
            }
            contract.books.on_schedule = 0;
            contract.books.decided = 0;
            contract.loan.notices.warned_instalment = 0;
            contract.becomes(LoanStatus::Active);
        } else {
            let kinder = Terms {
                apr_ppm: terms.apr_ppm.min(before.apr_ppm),
                late_fee: terms.late_fee.min(before.late_fee),
                grace_secs: terms.grace_secs.max(before.grace_secs),
                late_after_secs: terms.late_after_secs.max(before.late_after_secs),
                warn_after_secs: terms.warn_after_secs.max(before.warn_after_secs),
                ..before
            };
            ask(terms == kinder, Rule::AmendmentNeedsBoth);
        }
        contract.loan.terms = terms;
        contract.books.charge(terms.apr_ppm);
        contract.books.plan = plan_of(&terms);
        contract.loan.revision += 1;
        contract.follow(now);
        Ok(())
    }

    pub(crate) fn waive_fees(&mut self, by: Who, sum: Sum) -> Step {
        let (amount, now) = (self.sum(sum), self.now);
        self.serviced(by)?;
        let contract = self.running()?;
        contract.look_at_open(now);
        ask(amount > 0, Rule::ZeroAmount);
        if contract.books.forgive(0, 0, amount).is_err() {
            ask(false, Rule::WaiverTooLarge);
        }
        contract.follow(now);
        Ok(())
    }

    pub(crate) fn emergency_start(&mut self, by: Who) -> Step {
        self.borrowed(by, true)?;
        let now = self.now;
        ask(self.car()?.asked.seq > 0, Rule::NothingToUnlock);
        let contract = self.running()?;
        ask(!contract.in_emergency(now), Rule::InEmergencyStart);
        ask(contract.loan.emergency_used < contract.loan.terms.emergency_max, Rule::NoEmergencyStartLeft);
        contract.loan.emergency_used = contract.loan.emergency_used.saturating_add(1);
        contract.loan.emergency_from = now + i64::from(contract.loan.unlock_ttl_secs);
        Ok(())
    }

    pub(crate) fn charge_off(&mut self, by: Who) -> Step {
        self.owned(by)?;
        let now = self.now;
        let contract = self.running()?;
        ask(contract.loan.status != LoanStatus::ChargedOff, Rule::ChargedOff);
        contract.look_at_open(now);
        let oldest = contract.books.stands().oldest_due;
        ask(oldest.is_some(), Rule::NotPastDue);
        ask(oldest.is_some_and(|oldest| now >= oldest + 120 * DAY), Rule::TooEarlyToChargeOff);
        contract.becomes(LoanStatus::ChargedOff);
        Ok(())
    }

    pub(crate) fn settle(&mut self, by: Who, _reason: usize) -> Step {
        self.owned(by)?;
        let now = self.now;
        let contract = self.running()?;
        contract.look_at_open(now);
        if contract.errs(Fault::SettlesTooMuch) {
            contract.books.pay_all_it_can();
        }
        contract.books.settle();
        contract.becomes(LoanStatus::Settled);
        Ok(())
    }
}
