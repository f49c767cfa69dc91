use super::*;
use crate::fixtures::{loan, terms};

const OLD: Pubkey = Pubkey::new_from_array([1; 32]);
const NEW: Pubkey = Pubkey::new_from_array([2; 32]);
const OTHER: Pubkey = Pubkey::new_from_array([3; 32]);

/// The proposal is made at 1,000.
const PROPOSED: i64 = 1_000;
const TAKES_OVER: i64 = PROPOSED + RECOVERY_SECS;

fn borrowed() -> Loan {
    Loan { borrower: OLD, ..loan(terms()) }
}

fn proposed() -> Loan {
    let mut loan = borrowed();
    assert_eq!(recovers(&mut loan, NEW, false, PROPOSED), Ok(Recovery::Proposed(TAKES_OVER)));
    loan
}

fn recovers(loan: &mut Loan, key: Pubkey, signs: bool, now: i64) -> Result<Recovery, u32> {
    recover(loan, key, signs, now).map_err(u32::from)
}

fn code(ruled: Ruled<()>) -> Result<(), u32> {
    ruled.map_err(u32::from)
}

fn broken<T>(rule: E) -> Result<T, u32> {
    Err(u32::from(rule))
}

#[test]
fn a_proposed_key_takes_over_after_14_days_if_it_signs() {
    let takes = |signs, now| recovers(&mut proposed(), NEW, signs, now);
    let at = [-1, 0, 1].map(|step| takes(true, TAKES_OVER + step));
    assert_eq!(at, [broken(E::RecoveryTooEarly), Ok(Recovery::Completed), Ok(Recovery::Completed)]);
    assert_eq!(takes(false, TAKES_OVER), broken(E::NewKeyMustSign));
    let mut loan = proposed();
    recovers(&mut loan, NEW, true, TAKES_OVER).unwrap();
    assert_eq!((loan.borrower, loan.recovery_key(), loan.revision), (NEW, None, 1));
}

#[test]
fn a_proposal_is_of_another_key_that_is_one() {
    for key in [OLD, Pubkey::default()] {
        assert_eq!(recovers(&mut borrowed(), key, false, PROPOSED), broken(E::SameBorrowerKey));
    }
}

#[test]
fn another_key_proposed_starts_the_time_again() {
    let mut loan = proposed();
    let later = PROPOSED + 500;
    assert_eq!(recovers(&mut loan, OTHER, true, later), Ok(Recovery::Proposed(later + RECOVERY_SECS)));
    assert_eq!(recovers(&mut loan, OTHER, true, TAKES_OVER), broken(E::RecoveryTooEarly));
}

#[test]
fn a_refusal_ends_the_proposal_and_bars_others_for_90_days() {
    assert_eq!(code(refuse(&mut borrowed(), PROPOSED)), broken(E::NoRecovery));
    let mut loan = proposed();
    let refused = PROPOSED + 5;
    assert_eq!(code(refuse(&mut loan, refused)), Ok(()));
    assert_eq!(loan.recovery_key(), None);
    let proposes = |step| recovers(&mut loan.clone(), OTHER, false, refused + REFUSAL_SECS + step).is_ok();
    assert_eq!([-1, 0, 1].map(proposes), [false, true, true]);
    assert_eq!(recovers(&mut loan, NEW, true, TAKES_OVER), broken(E::RecoveryBarred));
}

#[test]
fn what_the_old_key_signs_in_full_ends_the_proposal() {
    let mut loan = proposed();
    sign_in_full(&mut loan, PROPOSED + 1).unwrap();
    assert_eq!((loan.recovery_key(), loan.recovery_from), (None, 0));
    // Proposed again, the time starts again.
    let again = recovers(&mut loan, NEW, true, TAKES_OVER);
    assert_eq!(again, Ok(Recovery::Proposed(TAKES_OVER + RECOVERY_SECS)));
}

#[test]
fn a_key_that_took_over_settles_in_for_90_days() {
    let mut loan = proposed();
    recovers(&mut loan, NEW, true, TAKES_OVER).unwrap();
    let free = TAKES_OVER + PROBATION_SECS;
    let signs = [-1, 0, 1].map(|step| code(sign_in_full(&mut loan.clone(), free + step)));
    assert_eq!(signs, [broken(E::RecoveredKey), Ok(()), Ok(())]);
    assert_eq!(code(check_settled_in(&loan, free - 1)), broken(E::RecoveredKey));
    assert_eq!(code(rotate(&mut loan.clone(), OTHER, free - 1)), broken(E::RecoveredKey));
    assert_eq!(code(rotate(&mut loan, OTHER, free)), Ok(()));
}

#[test]
fn a_borrower_moves_the_loan_to_another_key_and_not_to_the_same() {
    let mut loan = proposed();
    assert_eq!(code(rotate(&mut loan.clone(), OLD, PROPOSED)), broken(E::SameBorrowerKey));
    assert_eq!(code(rotate(&mut loan, OTHER, PROPOSED)), Ok(()));
    assert_eq!((loan.borrower, loan.revision, loan.recovery_key()), (OTHER, 1, None));
}
