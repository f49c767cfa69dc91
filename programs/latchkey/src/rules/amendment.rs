//! Changed terms: what a lender grants alone, and what takes both parties.

use super::ledger::Wallet;
use super::payments::{Payment, follow_status, look_at_open};
use super::servicing::revise;
use super::terms::{check_public_unlock, check_terms};
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Loan, LoanStatus, PolicyFloors, Terms};

/// What an amendment changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// The whole terms from now on.
    pub terms: Terms,
    /// Principal to forgive, base units.
    pub forgive_principal: u64,
    /// Interest to forgive, base units.
    pub forgive_interest: u64,
}

/// Amends a loan.
///
/// Alone a lender only lowers rate, debt and fees and lengthens graces; the schedule stays as it is. With the borrower any
/// terms go that a new loan could have; then the schedule begins again with its first due date, which lies ahead.
pub fn amend(
    loan: &mut Loan,
    wallet: Wallet,
    amendment: &Amendment,
    floors: &PolicyFloors,
    by_both: bool,
    now: i64,
) -> Ruled<Payment> {
    check(loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    let looked = look_at_open(loan, wallet, now)?;
    let Amendment { terms, forgive_principal, forgive_interest } = *amendment;
    check(terms.principal == loan.terms.principal, E::AmendedPrincipal)?;
    if by_both {
        check_terms(&terms, floors, now)?;
        check_public_unlock(&terms, &loan.unlock_uri)?;
        (loan.ledger.paid_scheduled, loan.ledger.late_decided) = (0, 0);
        loan.notices.warned_instalment = 0;
    } else {
        check(favours_the_borrower(&loan.terms, &terms), E::AmendmentNeedsBoth)?;
    }
    let ledger = &mut loan.ledger;
    ledger.principal = ledger.principal.checked_sub(forgive_principal).ok_or(E::WaiverTooLarge)?;
    ledger.interest = ledger.interest.checked_sub(forgive_interest).ok_or(E::WaiverTooLarge)?;
    loan.terms = terms;
    follow_status(loan, wallet, now)?;
    revise(loan)?;
    Ok(looked)
}

/// Whether new terms differ from the old ones only by a lower rate, a lower late fee, and longer graces.
fn favours_the_borrower(old: &Terms, new: &Terms) -> bool {
    let same_but_for_those = Terms {
        apr_ppm: old.apr_ppm,
        late_fee: old.late_fee,
        grace_secs: old.grace_secs,
        late_after_secs: old.late_after_secs,
        warn_after_secs: old.warn_after_secs,
        ..*new
    };
    same_but_for_those == *old
        && new.apr_ppm <= old.apr_ppm
        && new.late_fee <= old.late_fee
        && new.grace_secs >= old.grace_secs
        && new.late_after_secs >= old.late_after_secs
        && new.warn_after_secs >= old.warn_after_secs
}

#[cfg(test)]
mod tests;
