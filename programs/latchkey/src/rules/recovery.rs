//! A borrower's key that is lost or handed on.

use anchor_lang::prelude::Pubkey;

use super::calendar::DAY;
use super::servicing::revise;
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::Loan;

/// From the proposal of a new key to its taking over, seconds: 14 days in which the old key can object.
pub const RECOVERY_SECS: i64 = 14 * DAY;

/// How long a refusal bars new proposals, seconds: 90 days.
pub const REFUSAL_SECS: i64 = 90 * DAY;

/// How long a key that took over may only pay, unlock and start in emergency, seconds: 90 days.
pub const PROBATION_SECS: i64 = 90 * DAY;

/// What a call of `recover_borrower` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The key is proposed, and may take over from this time on.
    Proposed(i64),
    /// The key took over.
    Completed,
}

/// Proposes `new_key`, or lets it take over if it was proposed 14 days ago and signs.
pub fn recover(loan: &mut Loan, new_key: Pubkey, new_key_signs: bool, now: i64) -> Ruled<Recovery> {
    check(new_key != loan.borrower && new_key != Pubkey::default(), E::SameBorrowerKey)?;
    if loan.recovery_key() == Some(new_key) {
        check(now >= loan.recovery_from, E::RecoveryTooEarly)?;
        check(new_key_signs, E::NewKeyMustSign)?;
        loan.borrower = new_key;
        drop_proposal(loan);
        loan.recovered_until = now.checked_add(PROBATION_SECS).ok_or(E::Overflow)?;
        revise(loan)?;
        return Ok(Recovery::Completed);
    }
    check(now >= loan.recovery_barred_until, E::RecoveryBarred)?;
    loan.recovery_key = new_key;
    loan.recovery_from = now.checked_add(RECOVERY_SECS).ok_or(E::Overflow)?;
    Ok(Recovery::Proposed(loan.recovery_from))
}

/// The old key says no: the proposal falls, and none can be made for 90 days.
pub fn refuse(loan: &mut Loan, now: i64) -> Ruled<()> {
    check(loan.recovery_key().is_some(), E::NoRecovery)?;
    drop_proposal(loan);
    loan.recovery_barred_until = now.checked_add(REFUSAL_SECS).ok_or(E::Overflow)?;
    Ok(())
}

/// Ends a proposal. Anything that the borrower signs does: the key is not lost.
pub fn drop_proposal(loan: &mut Loan) {
    (loan.recovery_key, loan.recovery_from) = (Pubkey::default(), 0);
}

/// Refuses what a key that took over from a lost one may not do yet.
pub fn check_settled_in(loan: &Loan, now: i64) -> Ruled<()> {
    check(!loan.is_newly_recovered(now), E::RecoveredKey)
}

/// The borrower signs what a key that took over from a lost one may not sign yet. That ends a proposal.
pub fn sign_in_full(loan: &mut Loan, now: i64) -> Ruled<()> {
    check_settled_in(loan, now)?;
    drop_proposal(loan);
    Ok(())
}

/// The borrower hands the loan to another key of theirs.
pub fn rotate(loan: &mut Loan, new_key: Pubkey, now: i64) -> Ruled<()> {
    sign_in_full(loan, now)?;
    check(new_key != loan.borrower, E::SameBorrowerKey)?;
    loan.borrower = new_key;
    revise(loan)
}

#[cfg(test)]
mod tests;
