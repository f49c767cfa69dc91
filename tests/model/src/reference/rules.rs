//! Which rules a call breaks. A program stops at the first that it meets; the reference names them all, so that the
//! order in which a program asks is its own.

use std::cell::RefCell;
use std::collections::BTreeSet;

use latchkey::errors::{self, LatchkeyError};

/// Why a transaction must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// By a rule of the contract, by its number.
    Rule(u32),
    /// By the runtime, by another program, or because an account is missing: whatever the error is.
    Outside(&'static str),
}

impl From<LatchkeyError> for Refusal {
    fn from(rule: LatchkeyError) -> Self {
        Self::Rule(rule.into())
    }
}

impl From<&'static str> for Refusal {
    fn from(why: &'static str) -> Self {
        Self::Outside(why)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(number) => {
                let rule = errors::ALL.iter().find(|rule| u32::from(**rule) == *number);
                write!(f, "{}", rule.map_or_else(|| number.to_string(), LatchkeyError::name))
            }
            Self::Outside(why) => f.write_str(why),
        }
    }
}

/// Whether a call is accepted; if not, every rule that it breaks.
pub type Verdict = Result<(), BTreeSet<Refusal>>;

/// What a step of a call says that cannot go on.
pub type Step<T = ()> = Result<T, Refusal>;

thread_local! {
    static BROKEN: RefCell<BTreeSet<Refusal>> = const { RefCell::new(BTreeSet::new()) };
}

/// Remembers a rule that is broken, and goes on.
pub fn ask(holds: bool, otherwise: impl Into<Refusal>) {
    if !holds {
        BROKEN.with_borrow_mut(|broken| broken.insert(otherwise.into()));
    }
}

/// Runs a call and gathers the rules that it breaks.
pub fn judged(call: impl FnOnce() -> Step) -> Verdict {
    let before = BROKEN.take();
    let stopped = call();
    let mut broken = BROKEN.replace(before);
    broken.extend(stopped.err());
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}
