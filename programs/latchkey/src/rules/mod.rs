//! The rules of the contract, pure: no accounts, no clock, no tokens. The program's handlers and everyone off chain
//! call the same functions, so a quote and the chain cannot disagree.

pub mod amendment;
pub mod calendar;
pub mod gates;
pub mod interest;
pub mod invocation;
pub mod ledger;
pub mod loan_at;
pub mod notices;
pub mod payments;
pub mod recovery;
pub mod sale;
pub mod schedule;
pub mod servicing;
pub mod terms;

use crate::errors::LatchkeyError;

/// What a rule returns: a value, or the rule that was broken.
pub type Ruled<T> = std::result::Result<T, LatchkeyError>;

/// `time` and `secs` more.
pub(crate) fn later(time: i64, secs: u32) -> Ruled<i64> {
    time.checked_add(i64::from(secs)).ok_or(LatchkeyError::Overflow)
}

/// `Ok` if the condition holds, else the rule that it breaks.
pub(crate) fn check(holds: bool, broken: LatchkeyError) -> Ruled<()> {
    if holds { Ok(()) } else { Err(broken) }
}

#[cfg(test)]
mod cases;
#[cfg(test)]
pub(crate) mod properties;
