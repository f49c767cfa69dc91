//! Naming the program's refusals.

use std::fmt;

use latchkey::errors::LatchkeyError;

/// A refusal by its number: which rule, and the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub u32);

impl Refusal {
    /// The program's error, if the number is one of its own.
    pub fn rule(self) -> Option<LatchkeyError> {
        latchkey::errors::ALL.iter().copied().find(|error| u32::from(*error) == self.0)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule() {
            Some(rule) => write!(f, "{} ({}): {rule}", rule.name(), self.0),
            // Anchor numbers its own account checks from 100 to 5999.
            None if (100..6000).contains(&self.0) => {
                write!(f, "account check {}: an account is not the one the program expects", self.0)
            }
            None => write!(f, "error {}", self.0),
        }
    }
}

impl std::error::Error for Refusal {}
