//! The payments in cents, and the annual percentage rate of Regulation Z.

use latchkey_client::latchkey::rules::calendar::DAY;
use latchkey_client::latchkey::state::{Calendar, CalendarUnit, Terms};
use latchkey_client::reg_z::{self, Date, Flow, UnitPeriod};
use latchkey_client::schedule::Schedule;

use crate::units::money;

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

/// A schedule in cents.
///
/// Every payment but the last is in whole cents by its terms. The last one takes what is left, rounded up to the cent: so
/// much is to be paid, and the wallet keeps what the contract does not take. Balances are rounded up alike, and interest is
/// what a payment does not lower the balance by, so that all columns add up.
pub fn in_cents(terms: &Terms, schedule: &Schedule, decimals: u8) -> Vec<Row> {
    let cent = money::cent(decimals);
    let mut before = terms.principal.div_ceil(cent);
    let row = |paid: &latchkey_client::schedule::Payment| {
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
pub fn annual_percentage_rate(terms: &Terms, rows: &[Row], principal: u64, signed_at: i64) -> Option<u64> {
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
