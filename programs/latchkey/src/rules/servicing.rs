//! What changes a loan besides payments: holds, extensions, waivers, emergency starts, charge-off, and surplus.

use super::calendar::DAY;
use super::interest::accrue;
use super::ledger::{Position, Wallet};
use super::schedule::last_due;
use super::terms::MAX_TERM_SECS;
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Loan, LoanStatus, Vehicle};

/// The longest hold, seconds: a mistyped date must not forbid locks for ever.
pub const MAX_HOLD_SECS: i64 = 366 * DAY;

/// Days past due from which a closed-end loan can be charged off (FFIEC Uniform Retail Credit Classification).
pub const CHARGE_OFF_DAYS: i64 = 120;

/// A promise up to `until`. It can be prolonged; only both parties shorten it.
pub fn place_hold(loan: &mut Loan, until: i64, now: i64) -> Ruled<()> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    let longest = now.checked_add(MAX_HOLD_SECS).ok_or(E::Overflow)?;
    check(until > now && until > loan.hold_until && until <= longest, E::InvalidHold)?;
    loan.hold_until = until;
    Ok(())
}

/// The early end of a hold.
pub fn lift_hold(loan: &mut Loan, now: i64) -> Ruled<()> {
    check(loan.is_on_hold(now), E::NotOnHold)?;
    loan.hold_until = 0;
    Ok(())
}

/// Moves every due date by one period. What was past due may no longer be: then a defaulted loan is active again.
pub fn extend(loan: &mut Loan, now: i64) -> Ruled<()> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    check(loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    check(loan.extensions_used < loan.terms.max_extensions, E::NoExtensionLeft)?;
    let mut terms = loan.terms;
    terms.deferred = terms.deferred.checked_add(1).ok_or(E::Overflow)?;
    let end = loan.opened_at.checked_add(MAX_TERM_SECS).ok_or(E::Overflow)?;
    check(last_due(&terms) <= end, E::TermsTooLong)?;
    loan.terms = terms;
    loan.extensions_used = loan.extensions_used.checked_add(1).ok_or(E::Overflow)?;

    let position = Position::at(loan, Wallet(0), now)?;
    // The instalment that was warned of falls due again, and may be warned of again.
    loan.warned_through = loan.warned_through.min(position.instalments_due);
    if position.past_due == 0 {
        loan.notice = None;
        if loan.status == LoanStatus::Defaulted {
            loan.status = LoanStatus::Active;
        }
    }
    Ok(())
}

/// Forgives `amount` of the fees charged so far. A loan that owes nothing else is paid off by it.
pub fn waive_fees(loan: &mut Loan, amount: u64, now: i64) -> Ruled<()> {
    check(amount > 0, E::ZeroAmount)?;
    loan.ledger = accrue(loan.ledger, loan.terms.apr_bps, now)?;
    loan.ledger.fees = loan.ledger.fees.checked_sub(amount).ok_or(E::WaiverTooLarge)?;
    if loan.ledger.payoff()? == 0 {
        loan.status = LoanStatus::PaidOff;
        loan.notice = None;
    }
    Ok(())
}

/// Lets the car start for `emergency_secs`, as often as the terms grant.
pub fn emergency_start(loan: &mut Loan, vehicle: &Vehicle, now: i64) -> Ruled<()> {
    check(vehicle.lock_asked.is_some(), E::NothingToUnlock)?;
    check(!loan.is_in_emergency_start(now), E::InEmergencyStart)?;
    check(loan.emergency_used < loan.terms.emergency_max, E::NoEmergencyStartLeft)?;
    loan.emergency_used = loan.emergency_used.checked_add(1).ok_or(E::Overflow)?;
    loan.emergency_until = now.checked_add(i64::from(loan.terms.emergency_secs)).ok_or(E::Overflow)?;
    Ok(())
}

/// Gives the loan up, [`CHARGE_OFF_DAYS`] past due or later. Returns where it stood.
pub fn charge_off(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Position> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    check(loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    let position = Position::at(loan, wallet, now)?;
    check(position.days_past_due(now) >= CHARGE_OFF_DAYS, E::TooEarlyToChargeOff)?;
    // Fees charged up to here stay; later ones never come.
    loan.ledger = position.ledger;
    loan.status = LoanStatus::ChargedOff;
    Ok(position)
}

/// Takes `amount` out of a wallet that holds `wallet`, beyond past due and fees.
pub fn withdraw_surplus(loan: &mut Loan, wallet: Wallet, amount: u64, now: i64) -> Ruled<()> {
    check(amount > 0, E::ZeroAmount)?;
    let due = match loan.status {
        LoanStatus::PaidOff => 0,
        _ => Position::at(loan, wallet, now)?.due()?,
    };
    check(wallet.0.saturating_sub(due) >= amount, E::NotSurplus)?;
    loan.ledger.withdrawn = loan.ledger.withdrawn.checked_add(amount).ok_or(E::Overflow)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{loan, terms, vehicle};
    use crate::rules::schedule::due_at;
    use crate::state::{AskedLock, Period};

    fn code<T>(ruled: Ruled<T>) -> Result<(), u32> {
        ruled.map(|_| ()).map_err(u32::from)
    }

    fn broken(rule: E) -> Result<(), u32> {
        Err(u32::from(rule))
    }

    #[test]
    fn a_hold_lies_ahead_grows_and_ends_within_a_year() {
        let mut loan = loan(terms());
        assert_eq!(code(place_hold(&mut loan, 1_000, 1_000)), broken(E::InvalidHold));
        assert_eq!(code(place_hold(&mut loan, 1_001, 1_000)), Ok(()));
        assert_eq!(code(place_hold(&mut loan, 1_001, 1_000)), broken(E::InvalidHold));
        assert_eq!(code(place_hold(&mut loan, 1_000 + MAX_HOLD_SECS + 1, 1_000)), broken(E::InvalidHold));
        assert_eq!(code(place_hold(&mut loan, 1_000 + MAX_HOLD_SECS, 1_000)), Ok(()));
        assert_eq!(code(lift_hold(&mut loan, 1_000)), Ok(()));
        assert_eq!(code(lift_hold(&mut loan, 1_000)), broken(E::NotOnHold));
    }

    #[test]
    fn an_extension_moves_every_due_date_by_one_period_and_keeps_the_day() {
        // 2028-01-31 12:00 UTC.
        let first_due = 1_832_932_800;
        let signed =
            crate::state::Terms { period: Period::Months(1), first_due, max_extensions: 2, ..terms() };
        let mut loan = loan(signed);
        loan.opened_at = first_due - 30 * DAY;
        let before: Vec<i64> = (0..10).map(|k| due_at(&signed, k)).collect();
        assert_eq!(code(extend(&mut loan, 0)), Ok(()));
        let after: Vec<i64> = (0..9).map(|k| due_at(&loan.terms, k)).collect();
        assert_eq!(after, before[1..]);
        assert_eq!(code(extend(&mut loan, 0)), Ok(()));
        assert_eq!(due_at(&loan.terms, 0), before[2]);
        assert_eq!(code(extend(&mut loan, 0)), broken(E::NoExtensionLeft));
    }

    #[test]
    fn an_extension_that_leaves_nothing_past_due_ends_the_default() {
        let mut loan = loan(crate::state::Terms { max_extensions: 5, ..terms() });
        loan.status = LoanStatus::Defaulted;
        loan.warned_through = 2;
        // Two instalments are due; after one extension it is one.
        extend(&mut loan, 1_150).unwrap();
        assert_eq!((loan.status, loan.warned_through), (LoanStatus::Defaulted, 1));
        extend(&mut loan, 1_150).unwrap();
        assert_eq!((loan.status, loan.warned_through), (LoanStatus::Active, 0));
    }

    #[test]
    fn no_more_is_waived_than_was_charged() {
        let mut loan = loan(terms());
        loan.ledger.fees = 25;
        assert_eq!(code(waive_fees(&mut loan, 0, 1_000)), broken(E::ZeroAmount));
        assert_eq!(code(waive_fees(&mut loan, 26, 1_000)), broken(E::WaiverTooLarge));
        assert_eq!(code(waive_fees(&mut loan, 25, 1_000)), Ok(()));
        assert_eq!((loan.ledger.fees, loan.status), (0, LoanStatus::Active));
        (loan.ledger.fees, loan.ledger.principal) = (5, 0);
        waive_fees(&mut loan, 5, 1_000).unwrap();
        assert_eq!(loan.status, LoanStatus::PaidOff);
    }

    #[test]
    fn emergency_starts_are_as_many_and_as_long_as_the_terms_grant() {
        let mut loan = loan(crate::state::Terms { emergency_secs: 100, emergency_max: 2, ..terms() });
        let mut car = vehicle();
        assert_eq!(code(emergency_start(&mut loan, &car, 1_000)), broken(E::NothingToUnlock));
        car.lock_asked = Some(AskedLock { seq: 1, until: 5_000 });
        assert_eq!(code(emergency_start(&mut loan, &car, 1_000)), Ok(()));
        assert_eq!(code(emergency_start(&mut loan, &car, 1_099)), broken(E::InEmergencyStart));
        assert_eq!(code(emergency_start(&mut loan, &car, 1_100)), Ok(()));
        assert_eq!(code(emergency_start(&mut loan, &car, 9_999)), broken(E::NoEmergencyStartLeft));
    }

    #[test]
    fn a_charge_off_waits_120_days_to_the_second() {
        let since = 1_000 + CHARGE_OFF_DAYS * DAY;
        assert_eq!(
            code(charge_off(&mut loan(terms()), Wallet(0), since - 1)),
            broken(E::TooEarlyToChargeOff)
        );
        for now in [since, since + 1] {
            let mut loan = loan(terms());
            assert_eq!(code(charge_off(&mut loan, Wallet(0), now)), Ok(()));
            assert_eq!(code(charge_off(&mut loan, Wallet(0), now)), broken(E::ChargedOff));
        }
        // A wallet that pays what is past due leaves nothing to charge off.
        assert_eq!(
            code(charge_off(&mut loan(terms()), Wallet(20_000), since)),
            broken(E::TooEarlyToChargeOff)
        );
    }

    #[test]
    fn what_is_due_stays_in_the_wallet() {
        let mut loan = loan(terms());
        assert_eq!(code(withdraw_surplus(&mut loan, Wallet(1_500), 0, 1_000)), broken(E::ZeroAmount));
        assert_eq!(code(withdraw_surplus(&mut loan, Wallet(1_500), 501, 1_000)), broken(E::NotSurplus));
        assert_eq!(code(withdraw_surplus(&mut loan, Wallet(1_500), 1_500, 999)), Ok(()));
        assert_eq!(code(withdraw_surplus(&mut loan, Wallet(1_500), 500, 1_000)), Ok(()));
        assert_eq!(loan.ledger.withdrawn, 2_000);
        loan.status = LoanStatus::PaidOff;
        assert_eq!(code(withdraw_surplus(&mut loan, Wallet(1_500), 1_500, 1_000)), Ok(()));
    }
}
