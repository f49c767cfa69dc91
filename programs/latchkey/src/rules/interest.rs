//! Simple interest, Actual/365, by the second, on principal only.

use super::Ruled;
use crate::errors::LatchkeyError;
use crate::state::Ledger;

/// Seconds of a 365-day year times basis points of the whole: what `principal * apr_bps * seconds` is divided by.
pub const DENOMINATOR: u64 = 365 * 86_400 * 10_000;

/// The ledger with interest accrued up to `now`. The remainder is carried, so that splitting an interval never
/// changes the total. A clock that stands still or runs back accrues nothing.
pub fn accrue(ledger: Ledger, apr_bps: u16, now: i64) -> Ruled<Ledger> {
    let Ok(elapsed) = u64::try_from(now.saturating_sub(ledger.accrued_at)) else {
        return Ok(ledger);
    };
    let grown = u128::from(ledger.principal)
        .checked_mul(u128::from(apr_bps))
        .and_then(|product| product.checked_mul(u128::from(elapsed)))
        .and_then(|product| product.checked_add(u128::from(ledger.interest_remainder)))
        .ok_or(LatchkeyError::Overflow)?;
    let whole = u64::try_from(grown / u128::from(DENOMINATOR)).map_err(|_| LatchkeyError::Overflow)?;
    Ok(Ledger {
        interest: ledger.interest.checked_add(whole).ok_or(LatchkeyError::Overflow)?,
        // A remainder is below its divisor, which fits.
        interest_remainder: (grown % u128::from(DENOMINATOR)) as u64,
        accrued_at: now,
        ..ledger
    })
}

/// Interest for one day on `principal`, base units, rounded down: the per-diem of a payoff quote.
pub fn per_diem(principal: u64, apr_bps: u16) -> u64 {
    let day = u128::from(principal) * u128::from(apr_bps) / (365 * 10_000);
    u64::try_from(day).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENT: Ledger = Ledger {
        principal: 10_000_000_000,
        interest: 0,
        interest_remainder: 0,
        accrued_at: 0,
        fees: 0,
        paid_scheduled: 0,
        late_decided: 0,
        principal_paid: 0,
        interest_paid: 0,
        fees_paid: 0,
        withdrawn: 0,
    };

    #[test]
    fn ten_thousand_dollars_at_18_percent_accrue_4_93_a_day() {
        let day = accrue(LENT, 1_800, 86_400).unwrap();
        assert_eq!(day.interest, 4_931_506); // $4.931506 in millionths
        assert_eq!(per_diem(LENT.principal, 1_800), 4_931_506);
    }

    #[test]
    fn splitting_an_interval_changes_nothing() {
        let whole = accrue(LENT, 1_799, 1_000_003).unwrap();
        let mut split = LENT;
        for now in (0..1_000_003).step_by(977).chain([1_000_003]) {
            split = accrue(split, 1_799, now).unwrap();
        }
        assert_eq!(split, whole);
    }

    #[test]
    fn a_clock_that_runs_back_accrues_nothing() {
        let later = accrue(LENT, 1_800, 86_400).unwrap();
        assert_eq!(accrue(later, 1_800, 86_399).unwrap(), later);
    }

    #[test]
    fn the_largest_loan_overflows_with_an_error_and_not_a_panic() {
        let lent = Ledger { principal: u64::MAX, ..LENT };
        assert!(matches!(accrue(lent, u16::MAX, i64::MAX), Err(LatchkeyError::Overflow)));
    }
}
