use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey_client::errors::Refusal;
use latchkey_client::events::{self, Event};
use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use solana_sdk::instruction::InstructionError;
use solana_sdk::transaction::TransactionError;

/// The result of a transaction. A test must say which it expects.
#[must_use = "say whether it holds, or which rule it breaks"]
#[derive(Debug)]
pub struct Outcome(Result<TransactionMetadata, FailedTransactionMetadata>);

/// A transaction that succeeded.
pub struct Done {
    /// The program's events, in order.
    pub events: Vec<Event>,
    /// What a node keeps as its log.
    pub logs: Vec<String>,
    /// Its signature, as a node names it.
    pub signature: String,
    /// Compute units it used.
    pub compute_units: u64,
}

impl From<Result<TransactionMetadata, FailedTransactionMetadata>> for Outcome {
    fn from(result: Result<TransactionMetadata, FailedTransactionMetadata>) -> Self {
        Self(result)
    }
}

impl Outcome {
    /// Whether it succeeded.
    pub fn is_done(&self) -> bool {
        self.0.is_ok()
    }

    /// Why it failed, if it did.
    pub fn error(&self) -> Option<&TransactionError> {
        self.0.as_ref().err().map(|failed| &failed.err)
    }

    /// The result in words.
    pub fn describe(&self) -> String {
        self.0.as_ref().map_or_else(describe, |_| "it succeeds".into())
    }

    /// It succeeds.
    #[track_caller]
    pub fn holds(self) -> Done {
        match self.0 {
            Ok(done) => Done {
                events: events::from_logs(done.logs.iter().map(String::as_str)),
                compute_units: done.compute_units_consumed,
                signature: done.signature.to_string(),
                logs: done.logs,
            },
            Err(failed) => panic!("it should hold, but {}\n{:#?}", describe(&failed), failed.meta.logs),
        }
    }

    /// It breaks a rule of the program.
    #[track_caller]
    pub fn breaks(self, rule: LatchkeyError) {
        self.fails(&rule.name(), &InstructionError::Custom(rule.into()));
    }

    /// It breaks an account constraint, which Anchor checks before the program's own rules.
    #[track_caller]
    pub fn breaks_constraint(self, constraint: ErrorCode) {
        self.fails(&constraint.name(), &InstructionError::Custom(constraint.into()));
    }

    /// A program it calls refuses: the token or system program by a number of its own.
    #[track_caller]
    pub fn breaks_elsewhere(self, code: u32) {
        self.fails("another program's rule", &InstructionError::Custom(code));
    }

    /// The ed25519 program, or the runtime for it, refuses instruction `index`, so that the contract never runs.
    #[track_caller]
    pub fn fails_at(self, index: u8) {
        let failed = self.0.expect_err("it should fail");
        let TransactionError::InstructionError(at, _) = failed.err else {
            panic!("it should fail at instruction {index}, but {}", describe(&failed));
        };
        assert_eq!(at, index, "{}", describe(&failed));
    }

    #[track_caller]
    fn fails(self, expected: &str, error: &InstructionError) {
        let Err(failed) = self.0 else {
            panic!("it should break {expected}, but it succeeds");
        };
        match &failed.err {
            TransactionError::InstructionError(_, found) if found == error => {}
            _ => panic!("it should break {expected}, but {}\n{:#?}", describe(&failed), failed.meta.logs),
        }
    }
}

fn describe(failed: &FailedTransactionMetadata) -> String {
    match &failed.err {
        TransactionError::InstructionError(at, InstructionError::Custom(code)) => {
            format!("instruction {at} breaks {}", Refusal(*code))
        }
        other => format!("it fails: {other}"),
    }
}
