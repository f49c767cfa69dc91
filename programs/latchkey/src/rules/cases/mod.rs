//! Faults that people reported of other systems, or found by trying this one as a stranger would, each with the right value.
//! A test's name begins with the row of the catalogue: `m` money and dates, `n` notices and locks.

mod locks;
mod money;
mod notices;
mod parties;

use super::Ruled;
use super::gates::Asker;
use super::invocation::{self, Offer};
use super::ledger::Wallet;
use super::loan_at::LoanAt;
use super::{notices as notice_rules, payments, servicing};
use crate::errors::LatchkeyError as E;
use crate::fixtures;
use crate::state::*;
use anchor_lang::prelude::Pubkey;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

const KEEPER: Pubkey = Pubkey::new_from_array([7; 32]);

/// Twelve instalments of 1,000 every 30 days, the first on day 30, at no interest. Grace and late fee come after 10 days, a
/// warning after one; a lock stands 30 days.
fn terms() -> Terms {
    Terms {
        principal: 12_000,
        count: 12,
        first_due: 30 * DAY,
        calendar: Calendar::seconds(30 * 86_400),
        grace_secs: 10 * 86_400,
        late_after_secs: 10 * 86_400,
        warn_after_secs: 86_400,
        lock_ttl_secs: 30 * 86_400,
        ..fixtures::terms()
    }
}

/// A notice by one channel, two days before a lock.
fn terms_with_notice() -> Terms {
    Terms { notice_secs: 2 * 86_400, min_channels: 1, notice_max_age_secs: 60 * 86_400, ..terms() }
}

/// A loan signed at time 0, its lender, its car, and the money in its wallet.
struct Case {
    lender: Lender,
    loan: Loan,
    vehicle: Vehicle,
    wallet: u64,
}

impl Case {
    fn new(terms: Terms) -> Self {
        Self {
            lender: fixtures::lender(),
            loan: fixtures::loan(terms),
            vehicle: fixtures::vehicle(),
            wallet: 0,
        }
    }

    fn at(&self, now: i64) -> LoanAt<'_> {
        LoanAt::new(&self.loan, Wallet(self.wallet), now)
    }

    fn collect(&mut self, now: i64) {
        payments::collect(&mut self.loan, Wallet(self.wallet), now).unwrap();
    }

    fn declare_default(&mut self, now: i64) -> Result<(), u32> {
        code(servicing::declare_default(&mut self.loan, Wallet(self.wallet), now))
    }

    fn serve(&mut self, channels: u8, now: i64) -> Result<(), u32> {
        let (notices, _) = notice_rules::serve(&self.at(now), channels).map_err(u32::from)?;
        self.loan.notices = notices;
        Ok(())
    }

    /// As the instruction does it.
    fn request(&mut self, action: Action, asker: Asker, now: i64) -> Result<Invocation, u32> {
        self.request_ruled(action, asker, now).map_err(u32::from)
    }

    fn request_ruled(&mut self, action: Action, asker: Asker, now: i64) -> Ruled<Invocation> {
        let offer = match action {
            Action::Unlock => Offer::pinned_unlock(&self.loan),
            _ => Offer::from(&fixtures::function(action)),
        };
        let wallet = Wallet(self.wallet);
        if action != Action::Unlock {
            payments::look(&mut self.loan, wallet, now)?;
        }
        invocation::check_request(action, &self.at(now), &self.lender, &self.vehicle, asker)?;
        let requested = invocation::request(&offer, &mut self.loan, wallet, &mut self.vehicle, asker, now)?;
        Ok(Invocation::new(&offer, Pubkey::default(), &self.loan, requested, now))
    }

    fn lock(&mut self, now: i64) -> Result<Invocation, u32> {
        self.request(Action::Lock, Asker::Anyone, now)
    }

    fn claim(&self, invocation: &mut Invocation, now: i64) -> Result<(), u32> {
        let at = self.at(now);
        let claim = invocation::check_claim(invocation, &at, &self.lender, &self.vehicle, KEEPER);
        invocation.set_claim(Some(claim.map_err(u32::from)?));
        Ok(())
    }

    /// The car's receipt is confirmed.
    fn prove(&mut self, invocation: &Invocation, now: i64) {
        invocation::check_settle(invocation, &self.vehicle).unwrap();
        invocation::settle(invocation, &mut self.loan, &mut self.vehicle, now);
    }

    /// In default, its car proven locked since `now`.
    fn locked(terms: Terms, now: i64) -> Self {
        let mut case = Self::new(terms);
        case.declare_default(now).unwrap();
        let mut lock = case.lock(now).unwrap();
        case.claim(&mut lock, now).unwrap();
        case.prove(&lock, now);
        case
    }

    /// Whether a lock would be granted now. Nothing is changed by asking.
    fn lock_granted(&self, now: i64) -> Result<(), u32> {
        self.copy().lock(now).map(|_| ())
    }

    fn copy(&self) -> Self {
        let Self { lender, loan, vehicle, wallet } = self;
        Self { lender: lender.clone(), loan: loan.clone(), vehicle: vehicle.clone(), wallet: *wallet }
    }
}

fn code<T>(ruled: Ruled<T>) -> Result<(), u32> {
    ruled.map(|_| ()).map_err(u32::from)
}

fn broken<T>(rule: E) -> Result<T, u32> {
    Err(u32::from(rule))
}
