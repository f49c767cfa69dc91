//! What an attack is, and what must stop it.

use std::fmt;

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey_tests_svm::Outcome;
use solana_sdk::instruction::InstructionError;
use solana_sdk::transaction::TransactionError;

use crate::checkpoint::Checkpoints;

/// Attacks of one kind.
pub struct Class {
    /// One word or two, as a test's name.
    pub name: &'static str,
    /// The attacks.
    pub cases: fn() -> Vec<Case>,
}

/// One attack.
pub struct Case {
    /// The attack in words.
    pub name: String,
    /// The instruction that must not let it through.
    pub instruction: &'static str,
    /// What stops it.
    pub expected: Expected,
    /// Tries it. A transaction that fails has changed nothing, which the chain itself checks.
    pub run: Box<dyn Fn(&mut Checkpoints) -> Outcome>,
}

impl Case {
    /// An attack.
    pub fn new(
        name: impl Into<String>,
        instruction: &'static str,
        expected: impl Into<Expected>,
        run: impl Fn(&mut Checkpoints) -> Outcome + 'static,
    ) -> Self {
        Self { name: name.into(), instruction, expected: expected.into(), run: Box::new(run) }
    }
}

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
