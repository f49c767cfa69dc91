//! The annual percentage rate and the finance charge of a loan, as Regulation Z computes them (12 CFR part 1026,
//! Appendix J, actuarial method).
//!
//! A loan is a list of advances and a list of payments. Each is a [`Flow`]: a civil date and an amount in cents. The
//! lists may be in any order, and a flow of nothing is ignored. An advance counts net of prepaid finance charges: the
//! advances together are the amount financed (1026.18(b)). The term begins on the date of the first advance.
//!
//! ```
//! use latchkey_client::reg_z::{Date, Flow, disclose};
//!
//! let day = |year, month, day| Date::new(year, month, day).unwrap();
//! let lent = [Flow { date: day(1978, 1, 3), cents: 1_000_00 }];
//! let paid = [Flow { date: day(1978, 9, 15), cents: 1_080_00 }];
//! let told = disclose(&lent, &paid).unwrap();
//! assert_eq!(told.finance_charge, 80_00);
//! assert_eq!(told.apr_hundredths(), 11_45); // 11.45 %
//! ```
//!
//! # Sources
//!
//! | what | paragraph of Appendix J | where |
//! | --- | --- | --- |
//! | APR = rate of a unit-period × unit-periods in a year | (b)(1) | [`Disclosure::apr_ppm`] |
//! | equal months, last days of months | (b)(3)(iv) | `due` |
//! | which unit-period a loan has | (b)(4) | [`unit_period`] |
//! | full unit-periods and the fraction between two dates, unit-periods in a year | (b)(5) | `count` |
//! | the general equation | (b)(6) to (b)(8) | `equation` |
//!
//! # Choices
//!
//! Appendix J leaves these open:
//!
//! - Every payment is counted by (b)(5) on its own. Payments twice a month may then have fractions that differ by a
//!   few days around February; the closed formula of example (c)(1) gives all of them the fraction of the first.
//! - A single payment on 28 or 30 of a month is on that day. Only a series shows whether it means the last day.
//! - A term in whole months, below a year, of one advance and one payment is counted in months: (b)(5)(vi) allows days.
//! - A common period of, say, ten days is the unit-period, and 36.5 of them are a year.
//!
//! # Accuracy
//!
//! The APR is the exact solution of the general equation rounded to the nearest part per million, which is 0.0001 of a
//! percentage point. Regulation Z allows an eighth of a percentage point (1026.22(a)(2)). The sums are `f64`: their
//! error moves the rate by less than a thousandth of a part per million for a loan of 40 years, so it matters only
//! for a solution that lies that close to half a part per million.
//!
//! An APR below zero is refused: see [`Error::PaymentsBelowAdvances`].

mod count;
mod date;
mod derive;
mod due;
mod equation;

#[cfg(test)]
mod tests;

pub use count::UnitPeriod;
pub use date::Date;

use due::Due;

/// The largest sum of advances or of payments: every whole number up to it is an exact `f64`.
pub const MAX_CENTS: u64 = 1 << 53;

/// The largest APR that is looked for: 1,000,000 %.
pub const MAX_APR_PPM: u64 = 10_000_000_000;

/// Money that changes hands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The civil date where the borrower lives.
    pub date: Date,
    /// The amount in cents.
    pub cents: u64,
}

/// What Regulation Z has a lender disclose of a loan. Amounts are in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// All advances (1026.18(b)).
    pub amount_financed: u64,
    /// What the loan costs: all payments less the amount financed (1026.18(d)).
    pub finance_charge: u64,
    /// All payments (1026.18(h)).
    pub total_of_payments: u64,
    /// The annual percentage rate in parts per million: 10 % is 100,000.
    pub apr_ppm: u64,
    /// The unit-period that the rate was computed with.
    pub unit_period: UnitPeriod,
}

impl Disclosure {
    /// The annual percentage rate in hundredths of a percent, rounded to the nearest: 11.45 % is 1,145.
    pub const fn apr_hundredths(&self) -> u64 {
        (self.apr_ppm + 50) / 100
    }
}

/// Why a loan has no disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No advance is larger than nothing.
    #[error("the loan has no advance")]
    NoAdvance,
    /// No payment is larger than nothing.
    #[error("the loan has no payment")]
    NoPayment,
    /// A payment is dated before the first advance.
    #[error("a payment is due on {payment}, before the first advance on {advance}")]
    PaymentBeforeAdvance {
        /// The date of the payment.
        payment: Date,
        /// The date of the first advance.
        advance: Date,
    },
    /// Every advance and every payment has the same date.
    #[error("the loan ends on the day it begins")]
    NoTerm,
    /// The payments do not give the advances back, so that no rate of zero or more solves the equation.
    #[error("the payments of {payments} cents are less than the advances of {advances} cents")]
    PaymentsBelowAdvances {
        /// All payments in cents.
        payments: u64,
        /// All advances in cents.
        advances: u64,
    },
    /// All advances or all payments are more than [`MAX_CENTS`].
    #[error("the amounts add up to more than {MAX_CENTS} cents")]
    AmountTooLarge,
    /// The unit-period is empty or longer than a year.
    #[error("a unit-period of {0} is not between one day and one year")]
    UnitPeriod(UnitPeriod),
    /// No rate up to [`MAX_APR_PPM`] solves the equation.
    #[error("no annual percentage rate up to 1,000,000 % makes the payments worth the advances")]
    RateNotFound,
}

/// The disclosure of a loan with the unit-period that its dates give (see [`unit_period`]).
pub fn disclose(advances: &[Flow], payments: &[Flow]) -> Result<Disclosure, Error> {
    let loan = Loan::new(advances, payments)?;
    loan.disclose(loan.unit_period()?)
}

/// The disclosure of a loan whose unit-period is known. A lender who agreed to a payment "every two weeks" knows it;
/// the dates of a short loan may not tell.
pub fn disclose_in(unit: UnitPeriod, advances: &[Flow], payments: &[Flow]) -> Result<Disclosure, Error> {
    Loan::new(advances, payments)?.disclose(unit)
}

/// All payments less all advances, in cents: the finance charge of a loan without other charges.
pub fn finance_charge(advances: &[Flow], payments: &[Flow]) -> Result<u64, Error> {
    let (advances, payments) = (total(advances)?, total(payments)?);
    payments.checked_sub(advances).ok_or(Error::PaymentsBelowAdvances { payments, advances })
}

/// The unit-period of a loan by its dates (Appendix J (b)(4)).
///
/// It is the period that occurs most often between advances or between payments, and the smaller one of two that
/// occur as often. If no period occurs twice, it is the standard interval nearest to the average period. A loan of
/// one advance and one payment has its own term as the unit-period, up to a year.
pub fn unit_period(advances: &[Flow], payments: &[Flow]) -> Result<UnitPeriod, Error> {
    Loan::new(advances, payments)?.unit_period()
}

fn total(flows: &[Flow]) -> Result<u64, Error> {
    flows
        .iter()
        .try_fold(0_u64, |sum, flow| sum.checked_add(flow.cents))
        .filter(|sum| *sum <= MAX_CENTS)
        .ok_or(Error::AmountTooLarge)
}

/// A loan in the order of its dates.
struct Loan {
    start: Date,
    advances: Vec<(Due, u64)>,
    payments: Vec<(Due, u64)>,
    amount_financed: u64,
    total_of_payments: u64,
}

impl Loan {
    fn new(advances: &[Flow], payments: &[Flow]) -> Result<Self, Error> {
        let (amount_financed, total_of_payments) = (total(advances)?, total(payments)?);
        let (advances, payments) = (due::in_order(advances), due::in_order(payments));
        let start = advances.first().ok_or(Error::NoAdvance)?.0.date;
        let paid = payments.first().ok_or(Error::NoPayment)?.0.date;
        if paid < start {
            return Err(Error::PaymentBeforeAdvance { payment: paid, advance: start });
        }
        Ok(Self { start, advances, payments, amount_financed, total_of_payments })
    }

    fn unit_period(&self) -> Result<UnitPeriod, Error> {
        let dates = |flows: &[(Due, u64)]| flows.iter().map(|(due, _)| *due).collect::<Vec<_>>();
        derive::unit_period(self.start, &dates(&self.advances), &dates(&self.payments)).ok_or(Error::NoTerm)
    }

    fn disclose(&self, unit: UnitPeriod) -> Result<Disclosure, Error> {
        if !unit.is_valid() {
            return Err(Error::UnitPeriod(unit));
        }
        let (advances, payments) = (self.amount_financed, self.total_of_payments);
        let finance_charge =
            payments.checked_sub(advances).ok_or(Error::PaymentsBelowAdvances { payments, advances })?;
        let equation = equation::Equation::new(unit, self.start, &self.advances, &self.payments);
        Ok(Disclosure {
            amount_financed: advances,
            finance_charge,
            total_of_payments: payments,
            apr_ppm: equation.apr_ppm().ok_or(Error::RateNotFound)?,
            unit_period: unit,
        })
    }
}
