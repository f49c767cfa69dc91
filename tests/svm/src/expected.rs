use std::fmt;

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use solana_sdk::instruction::InstructionError;
use solana_sdk::transaction::TransactionError;

use crate::Outcome;

/// What stops an attack.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// A rule of the program.
    Rule(LatchkeyError),
    /// An account constraint, which Anchor checks before the program's rules.
    Constraint(ErrorCode),
    /// The system program, by this number.
    System(u32),
    /// The token program, by this number.
    Token(u32),
    /// The ed25519 program, as the instruction of this index: the contract never runs.
    Ed25519(u8),
    /// The account is no token account, mint or sysvar at all.
    AccountData,
    /// A program that is called on misses an account of its own.
    MissingAccount,
    /// Nothing needs to: the call succeeds and does no harm.
    Harmless,
}

impl From<LatchkeyError> for Expected {
    fn from(rule: LatchkeyError) -> Self {
        Self::Rule(rule)
    }
}

impl From<ErrorCode> for Expected {
    fn from(constraint: ErrorCode) -> Self {
        Self::Constraint(constraint)
    }
}

impl Expected {
    /// Whether the result is the expected one.
    pub fn is_met(self, outcome: &Outcome) -> bool {
        let Some(error) = outcome.error() else {
            return matches!(self, Self::Harmless);
        };
        let TransactionError::InstructionError(at, error) = error else {
            return false;
        };
        let custom = |code| *error == InstructionError::Custom(code);
        match self {
            Self::Rule(rule) => custom(rule.into()),
            Self::Constraint(constraint) => custom(constraint.into()),
            Self::System(code) | Self::Token(code) => custom(code),
            Self::Ed25519(index) => *at == index,
            Self::AccountData => *error == InstructionError::InvalidAccountData,
            Self::MissingAccount => *error == InstructionError::MissingAccount,
            Self::Harmless => false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => f.write_str(&rule.name()),
            Self::Constraint(constraint) => f.write_str(&constraint.name()),
            Self::System(code) => write!(f, "system program error {code}"),
            Self::Token(code) => write!(f, "token program error {code}"),
            Self::Ed25519(index) => write!(f, "ed25519 program refuses instruction {index}"),
            Self::AccountData => f.write_str("InvalidAccountData"),
            Self::MissingAccount => f.write_str("MissingAccount"),
            Self::Harmless => f.write_str("no harm done"),
        }
    }
}
