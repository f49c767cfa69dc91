//! Simple interest, Actual/365, by the second, on principal only.

use super::Ruled;
use crate::errors::LatchkeyError;
use crate::state::Ledger;

/// Seconds of a 365-day year times parts per million: what `principal * apr_ppm * seconds` is divided by.
pub const DENOMINATOR: u64 = 365 * 86_400 * 1_000_000;

/// The ledger with interest accrued up to `now`. The remainder is carried, so that splitting an interval never
/// changes the total. A clock that stands still or runs back accrues nothing.
pub fn accrue(ledger: Ledger, apr_ppm: u32, now: i64) -> Ruled<Ledger> {
    let Ok(elapsed) = u64::try_from(now.saturating_sub(ledger.as_of)) else {
        return Ok(ledger);
    };
    let grown = u128::from(ledger.principal)
        .checked_mul(u128::from(apr_ppm))
        .and_then(|product| product.checked_mul(u128::from(elapsed)))
        .and_then(|product| product.checked_add(u128::from(ledger.interest_remainder)))
        .ok_or(LatchkeyError::Overflow)?;
    let whole = u64::try_from(grown / u128::from(DENOMINATOR)).map_err(|_| LatchkeyError::Overflow)?;
    // What the division leaves, without a second one. It is below the divisor, so the low words are enough.
    let remainder = (grown as u64).wrapping_sub(whole.wrapping_mul(DENOMINATOR));
    Ok(Ledger {
        interest: ledger.interest.checked_add(whole).ok_or(LatchkeyError::Overflow)?,
        interest_remainder: remainder,
        as_of: now,
        ..ledger
    })
}

/// Interest for one day on `principal`, base units, rounded up: a payoff quote and so many of these a day later are
/// always enough.
pub fn per_diem(principal: u64, apr_ppm: u32) -> u64 {
    let day = (u128::from(principal) * u128::from(apr_ppm)).div_ceil(365 * 1_000_000);
    u64::try_from(day).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENT: Ledger = Ledger {
        principal: 10_000_000_000,
        interest: 0,
        interest_remainder: 0,
        as_of: 0,
        fees: 0,
        paid_scheduled: 0,
        unsent: 0,
        late_decided: 0,
        principal_paid: 0,
        interest_paid: 0,
        fees_paid: 0,
        withdrawn: 0,
    };

    #[test]
    fn ten_thousand_dollars_at_18_percent_accrue_4_93_a_day() {
        let day = accrue(LENT, 180_000, 86_400).unwrap();
        assert_eq!(day.interest, 4_931_506); // $4.931506 in millionths
        assert_eq!(per_diem(LENT.principal, 180_000), 4_931_507);
    }

    #[test]
    fn splitting_an_interval_changes_nothing() {
        let whole = accrue(LENT, 179_900, 1_000_003).unwrap();
        let mut split = LENT;
        for now in (0..1_000_003).step_by(977).chain([1_000_003]) {
            split = accrue(split, 179_900, now).unwrap();
        }
        assert_eq!(split, whole);
    }

    #[test]
    fn a_clock_that_runs_back_accrues_nothing() {
        let later = accrue(LENT, 180_000, 86_400).unwrap();
        assert_eq!(accrue(later, 180_000, 86_399).unwrap(), later);
    }

    #[test]
    fn the_largest_loan_overflows_with_an_error_and_not_a_panic() {
        let lent = Ledger { principal: u64::MAX, ..LENT };
        assert!(matches!(accrue(lent, u32::MAX, i64::MAX), Err(LatchkeyError::Overflow)));
    }
}
