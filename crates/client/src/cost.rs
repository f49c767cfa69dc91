//! What a loan costs: its payments in cents, and the figures of Regulation Z (12 CFR 1026.18).
//!
//! Terminal and page show these, so that both parties read the same before they sign.

use latchkey::rules::Ruled;
use latchkey::rules::calendar::DAY;
use latchkey::state::{Calendar, CalendarUnit, Terms};

use crate::reg_z::{self, Date, Flow, UnitPeriod};
use crate::schedule::{Schedule, schedule};

/// Digits after the point of an amount that people pay.
pub const CENT_DECIMALS: u8 = 2;

/// Base units of a cent, or the smallest unit of a mint with fewer than two decimals.
pub const fn cent(decimals: u8) -> u64 {
    10_u64.saturating_pow(decimals.saturating_sub(CENT_DECIMALS) as u32)
}

/// One payment of a schedule. Amounts are cents, or the smallest units of a mint that has no cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it is due, Unix seconds.
    pub due: i64,
    /// What is to be paid.
    pub payment: u64,
    /// Of it, interest.
    pub interest: u64,
    /// Of it, principal.
    pub principal: u64,
    /// Principal left afterwards.
    pub balance: u64,
}

/// The cost of terms, assuming that every payment arrives on its due date.
///
/// Interest is the only charge, and the whole principal goes to the seller, so it is the amount financed. Amounts are in
/// cents, because people pay cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The amount financed, cents.
    pub amount_financed: u64,
    /// All payments.
    pub payments: Vec<Row>,
    /// The annual percentage rate of Regulation Z, parts per million. None for a loan of less than a day, which has none.
    pub apr_ppm: Option<u64>,
}

impl Cost {
    /// Computes the schedule of terms signed at `signed_at` with the program's own rules. `decimals` are those of the mint.
    pub fn of(terms: &Terms, signed_at: i64, decimals: u8) -> Ruled<Self> {
        let payments = in_cents(terms, &schedule(terms, signed_at)?, decimals);
        let amount_financed = terms.principal.div_ceil(cent(decimals));
        let apr_ppm = annual_percentage_rate(terms, &payments, amount_financed, signed_at);
        Ok(Self { amount_financed, payments, apr_ppm })
    }

    /// All payments together, cents.
    pub fn total_of_payments(&self) -> u64 {
        self.payments.iter().map(|row| row.payment).sum()
    }

    /// What the credit costs, cents.
    pub fn finance_charge(&self) -> u64 {
        self.total_of_payments().saturating_sub(self.amount_financed)
    }

    /// The annual percentage rate in hundredths of a percent, as the regulation rounds it.
    pub fn apr_hundredths(&self) -> Option<u64> {
        self.apr_ppm.map(|ppm| (ppm + 50) / 100)
    }

    /// The first payment that is all interest, counted from 0: the last payments are larger for it.
    pub fn only_interest(&self) -> Option<usize> {
        self.payments.iter().position(|row| row.principal == 0 && row.balance > 0 && row.interest > 0)
    }
}

/// A schedule in cents.
///
/// Every payment but the last is in whole cents by its terms. The last one takes what is left, rounded up to the cent: so
/// much is to be paid, and the wallet keeps what the contract does not take. Balances are rounded up alike, and interest is
/// what a payment does not lower the balance by, so that all columns add up.
fn in_cents(terms: &Terms, schedule: &Schedule, decimals: u8) -> Vec<Row> {
    let cent = cent(decimals);
    let mut before = terms.principal.div_ceil(cent);
    let row = |paid: &crate::schedule::Payment| {
        let (payment, balance) = (paid.amount.div_ceil(cent), paid.balance.div_ceil(cent));
        let principal = before.saturating_sub(balance);
        before = balance;
        Row { due: paid.due, payment, interest: payment.saturating_sub(principal), principal, balance }
    };
    schedule.payments.iter().map(row).collect()
}

/// The annual percentage rate of Regulation Z, Appendix J, parts per million.
///
/// Dates are those where the borrower lives, and the unit-period is the calendar's. None for a loan that has no such rate:
/// one that ends on the day it begins, or costs less than nothing.
fn annual_percentage_rate(terms: &Terms, rows: &[Row], principal: u64, signed_at: i64) -> Option<u64> {
    if terms.calendar.unit == CalendarUnit::Seconds && i64::from(terms.calendar.every) < DAY {
        return None;
    }
    let local = |time: i64| {
        let days = time.saturating_add(terms.calendar.utc_offset_secs.into()).div_euclid(DAY);
        Date::from_unix_days(days)
    };
    let advances = [Flow { date: local(signed_at)?, cents: principal }];
    let payments: Option<Vec<Flow>> =
        rows.iter().map(|row| Some(Flow { date: local(row.due)?, cents: row.payment })).collect();
    let payments = payments?;
    let disclosed = match unit_period(&terms.calendar) {
        Some(unit) if payments.len() > 1 => reg_z::disclose_in(unit, &advances, &payments),
        // A single payment has its own term as the unit-period.
        _ => reg_z::disclose(&advances, &payments),
    };
    disclosed.ok().map(|disclosed| disclosed.apr_ppm)
}

/// The unit-period of a calendar. None if its periods are no whole days, or longer than a year.
fn unit_period(calendar: &Calendar) -> Option<UnitPeriod> {
    match calendar.unit {
        CalendarUnit::Months => u16::try_from(calendar.every).ok().map(UnitPeriod::Months),
        CalendarUnit::TwiceAMonth => Some(UnitPeriod::SemiMonth),
        CalendarUnit::Seconds => {
            let days = calendar.every / 86_400;
            let is_whole = calendar.every.is_multiple_of(86_400) && (1..=365).contains(&days);
            let days = u16::try_from(days).ok().filter(|_| is_whole)?;
            Some(if days.is_multiple_of(7) { UnitPeriod::Weeks(days / 7) } else { UnitPeriod::Days(days) })
        }
    }
}
