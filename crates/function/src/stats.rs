//! What a function has done since it started, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::outcome::{Class, Outcome};

/// What a function has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FunctionStats {
    /// Requests answered with the car's word that it is done.
    pub done: u64,
    /// Commands and releases signed and not sent.
    pub signed_only: u64,
    /// Requests answered "not yet".
    pub waiting: u64,
    /// Requests refused finally.
    pub refused: u64,
    /// Requests refused for now.
    pub retries: u64,
    /// Commands signed.
    pub commands_signed: u64,
    /// Messages on a car's receipt topic that were no answer of that car to what was asked.
    pub answers_ignored: u64,
}

/// One counter.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    done: Counter,
    signed_only: Counter,
    waiting: Counter,
    refused: Counter,
    retries: Counter,
    pub commands_signed: Counter,
    pub answers_ignored: Counter,
}

impl Counters {
    pub fn count(&self, outcome: &Outcome) {
        match outcome {
            Outcome::Done(_) | Outcome::Released(_) => self.done.add(),
            Outcome::Signed(_) | Outcome::SignedRelease(_) => self.signed_only.add(),
            Outcome::Waiting(_) => self.waiting.add(),
            Outcome::Refused(refusal) => match refusal.class() {
                Class::Permanent => self.refused.add(),
                Class::Retry => self.retries.add(),
            },
        }
    }

    pub fn stats(&self) -> FunctionStats {
        FunctionStats {
            done: self.done.get(),
            signed_only: self.signed_only.get(),
            waiting: self.waiting.get(),
            refused: self.refused.get(),
            retries: self.retries.get(),
            commands_signed: self.commands_signed.get(),
            answers_ignored: self.answers_ignored.get(),
        }
    }
}
