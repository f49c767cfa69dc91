//! What an attack is, and what must stop it.

use latchkey_tests_svm::checkpoint::Checkpoints;
use latchkey_tests_svm::{Expected, Outcome};

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
