use latchkey::state::{LoanStatus, Overpayment, Terms, Waterfall};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::{due, fallen_due, interest};

/// A loan's books, exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// What was signed; `deferred` counts the extensions since.
    pub terms: Terms,
    /// Where the loan stands.
    pub status: LoanStatus,
    /// Principal owed.
    pub principal: i128,
    /// Interest accrued and unpaid, whole units and the fraction beyond.
    pub interest: BigRational,
    /// Interest is accrued up to here.
    pub accrued_to: i64,
    /// Late fees owed.
    pub fees: i128,
    /// Paid toward the schedule.
    pub on_schedule: i128,
    /// Instalments whose late fee is decided, from the first.
    pub decided: u16,
    /// Principal paid.
    pub principal_paid: i128,
    /// Interest paid.
    pub interest_paid: i128,
    /// Fees paid.
    pub fees_paid: i128,
}

/// How a payment was divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    pub interest: i128,
    pub principal: i128,
    pub fees: i128,
    /// Charged in late fees just before.
    pub charged: i128,
}

impl Paid {
    /// The whole payment.
    pub fn total(&self) -> i128 {
        self.interest + self.principal + self.fees
    }
}

/// Why no payment was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is owed.
    PaidOff,
    /// The amount is zero.
    Nothing,
    /// More than is owed.
    TooMuch,
    /// The wallet does not hold it.
    WalletTooSmall,
}

/// A loan's position at a moment, with its wallet taken into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Instalments due.
    pub instalments: u16,
    /// Due on the schedule and unpaid.
    pub past_due: i128,
    /// Late fees owed.
    pub fees: i128,
    /// What the wallet must hold for a collection to leave nothing past due.
    pub cure: i128,
    /// Due date of the oldest instalment that the wallet leaves unpaid.
    pub oldest_unpaid: Option<i64>,
    /// Whole days since then.
    pub days_past_due: i64,
    /// Principal, interest and fees.
    pub payoff: i128,
}

impl Standing {
    /// Whether a wallet that holds this leaves nothing past due.
    pub fn is_cured_by(&self, wallet: u64) -> bool {
        self.past_due == 0 || i128::from(wallet) >= self.cure
    }
}

impl Books {
    /// The books of a loan just originated.
    pub fn open(terms: Terms, now: i64) -> Self {
        Self {
            terms,
            status: LoanStatus::Active,
            principal: i128::from(terms.principal),
            interest: BigRational::zero(),
            accrued_to: now,
            fees: 0,
            on_schedule: 0,
            decided: 0,
            principal_paid: 0,
            interest_paid: 0,
            fees_paid: 0,
        }
    }

    /// Interest owed in whole units: what has not become a unit cannot be paid yet.
    pub fn interest_owed(&self) -> i128 {
        self.interest.floor().to_integer().to_i128().expect("far below the limit")
    }

    /// The fraction of a unit accrued beyond the whole ones.
    pub fn interest_fraction(&self) -> BigRational {
        self.interest.fract()
    }

    /// Principal and interest: what the schedule can ask for at most.
    pub fn owed(&self) -> i128 {
        self.principal + self.interest_owed()
    }

    /// Everything owed.
    pub fn payoff(&self) -> i128 {
        self.owed() + self.fees
    }

    /// Brings interest up to `now`. A clock that stands or runs back adds nothing.
    pub fn accrue(&mut self, now: i64) {
        if now > self.accrued_to {
            self.interest += interest(self.principal, self.terms.apr_bps, now - self.accrued_to);
            self.accrued_to = now;
        }
    }

    /// What the first `instalments` of the schedule still ask for.
    fn unpaid(&self, instalments: u16) -> i128 {
        let asked = if instalments == self.terms.count {
            self.owed()
        } else {
            i128::from(instalments) * i128::from(self.terms.instalment) - self.on_schedule
        };
        asked.clamp(0, self.owed())
    }

    /// What is past due at `now`, interest being accrued up to it.
    pub fn past_due(&self, now: i64) -> i128 {
        self.unpaid(fallen_due(&self.terms, now))
    }

    /// What payments applied to fees although an instalment was due. A borrower who pays a fee out of an instalment
    /// must not be late with the next for it (16 CFR 444.4).
    fn lost_to_fees(&self) -> i128 {
        match self.terms.waterfall {
            Waterfall::InterestPrincipalFees => 0,
            Waterfall::FeesInterestPrincipal => self.fees_paid,
        }
    }

    /// Interest and late fees as of `now`. A fee falls on an instalment once, `late_after_secs` after its date, unless
    /// payments and the wallet cover it and those before. Fees do not enter, neither unpaid nor paid.
    pub fn bring_up_to(&mut self, wallet: u64, now: i64) -> i128 {
        self.accrue(now);
        let mut charged = 0;
        if matches!(self.status, LoanStatus::Active | LoanStatus::Defaulted) {
            let late_after = i64::from(self.terms.late_after_secs);
            while self.decided < self.terms.count && now >= due(&self.terms, self.decided) + late_after {
                if self.unpaid(self.decided + 1) - self.lost_to_fees() > i128::from(wallet) {
                    charged += i128::from(self.terms.late_fee);
                }
                self.decided += 1;
            }
        }
        self.fees += charged;
        charged
    }

    /// The loan as it stands at `now`, with this much in its wallet.
    pub fn standing(&self, wallet: u64, now: i64) -> Standing {
        let mut then = self.clone();
        then.bring_up_to(wallet, now);
        let (past_due, fees, payoff) = (then.past_due(now), then.fees, then.payoff());
        let fees_first = match self.terms.waterfall {
            Waterfall::InterestPrincipalFees => 0,
            Waterfall::FeesInterestPrincipal => fees,
        };
        let cure = if past_due == 0 { 0 } else { past_due + fees_first };
        // Apply the wallet, and look at what remains.
        let mut after = then;
        after.take_due(i128::from(wallet), now);
        let oldest_unpaid = (after.past_due(now) > 0)
            .then(|| (0..after.terms.count).find(|k| after.unpaid(k + 1) > 0).expect("something is past due"))
            .map(|k| due(&self.terms, k));
        Standing {
            instalments: fallen_due(&self.terms, now),
            past_due,
            fees,
            cure,
            oldest_unpaid,
            days_past_due: oldest_unpaid.map_or(0, |since| (now - since).div_euclid(86_400)),
            payoff,
        }
    }

    /// Pays interest, then principal, with what it is given.
    fn pay_schedule(&mut self, amount: i128, counts: bool) -> Paid {
        let to_interest = amount.min(self.interest_owed());
        let to_principal = (amount - to_interest).min(self.principal);
        self.interest -= BigRational::from(BigInt::from(to_interest));
        self.interest_paid += to_interest;
        self.principal -= to_principal;
        self.principal_paid += to_principal;
        if counts {
            self.on_schedule += to_interest + to_principal;
        }
        Paid { interest: to_interest, principal: to_principal, ..Paid::default() }
    }

    fn pay_fees(&mut self, amount: i128) -> i128 {
        let to_fees = amount.min(self.fees);
        self.fees -= to_fees;
        self.fees_paid += to_fees;
        to_fees
    }

    /// Takes what is due, as far as `money` goes.
    fn take_due(&mut self, money: i128, now: i64) -> Paid {
        let past_due = self.past_due(now);
        match self.terms.waterfall {
            Waterfall::InterestPrincipalFees => {
                let paid = self.pay_schedule(money.min(past_due), true);
                let fees = self.pay_fees(money - paid.total());
                Paid { fees, ..paid }
            }
            Waterfall::FeesInterestPrincipal => {
                let fees = self.pay_fees(money);
                let paid = self.pay_schedule((money - fees).min(past_due), true);
                Paid { fees, ..paid }
            }
        }
    }

    /// Updates the status after a payment or a waiver.
    pub fn settle(&mut self, now: i64) {
        if self.payoff() == 0 {
            self.status = LoanStatus::PaidOff;
        } else if self.status == LoanStatus::Defaulted && self.past_due(now) == 0 {
            self.status = LoanStatus::Active;
        }
    }

    /// Waives late fees. Returns whether that many are charged.
    pub fn waive(&mut self, amount: u64, now: i64) -> bool {
        if amount == 0 || i128::from(amount) > self.fees {
            return false;
        }
        self.accrue(now);
        self.fees -= i128::from(amount);
        if self.payoff() == 0 {
            self.status = LoanStatus::PaidOff;
        }
        true
    }

    /// Charges the loan off: fees so far stay, and none are added later.
    pub fn charge_off(&mut self, wallet: u64, now: i64) {
        self.bring_up_to(wallet, now);
        self.status = LoanStatus::ChargedOff;
    }

    /// Moves every due date by one period.
    pub fn extend(&mut self, now: i64) {
        self.terms.deferred += 1;
        self.settle(now);
    }

    /// Takes what is due from the wallet.
    pub fn collect(&mut self, wallet: u64, now: i64) -> Result<Paid, Refused> {
        self.attempt(
            |books| {
                let charged = books.bring_up_to(wallet, now);
                let paid = books.take_due(i128::from(wallet), now);
                Ok(Paid { charged, ..paid })
            },
            now,
        )
    }

    /// Takes what is due and `amount` more.
    pub fn prepay(&mut self, wallet: u64, amount: u64, now: i64) -> Result<Paid, Refused> {
        if amount == 0 {
            return Err(Refused::Nothing);
        }
        self.attempt(
            |books| {
                let charged = books.bring_up_to(wallet, now);
                let all = books.past_due(now) + books.fees + i128::from(amount);
                if all > i128::from(wallet) {
                    return Err(Refused::WalletTooSmall);
                }
                if all > books.payoff() {
                    return Err(Refused::TooMuch);
                }
                let due = books.take_due(i128::from(wallet), now);
                let ahead = books.terms.overpayment == Overpayment::PayAhead;
                let more = books.pay_schedule(i128::from(amount), ahead);
                Ok(Paid {
                    interest: due.interest + more.interest,
                    principal: due.principal + more.principal,
                    fees: due.fees,
                    charged,
                })
            },
            now,
        )
    }

    /// Takes all that is owed.
    pub fn pay_off(&mut self, wallet: u64, now: i64) -> Result<Paid, Refused> {
        self.attempt(
            |books| {
                let charged = books.bring_up_to(wallet, now);
                if books.payoff() > i128::from(wallet) {
                    return Err(Refused::WalletTooSmall);
                }
                let fees = books.pay_fees(books.fees);
                let paid = books.pay_schedule(books.owed(), true);
                Ok(Paid { fees, charged, ..paid })
            },
            now,
        )
    }

    /// A refused payment leaves the books as they were.
    fn attempt(
        &mut self,
        pay: impl FnOnce(&mut Self) -> Result<Paid, Refused>,
        now: i64,
    ) -> Result<Paid, Refused> {
        if self.status == LoanStatus::PaidOff {
            return Err(Refused::PaidOff);
        }
        let mut after = self.clone();
        let paid = pay(&mut after)?;
        after.settle(now);
        *self = after;
        Ok(paid)
    }
}
