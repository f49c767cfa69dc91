use std::collections::BTreeMap;

use latchkey::state::Action;

use crate::calls::Call;
use crate::reference::{Refusal, Verdict};

/// How often each instruction was accepted and refused.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Accepted and refused, by instruction.
    calls: BTreeMap<String, (u64, u64)>,
    /// Refused, by instruction and reason.
    reasons: BTreeMap<(String, Refusal), u64>,
}

impl Tally {
    /// Counts a call.
    pub fn count(&mut self, call: &Call, verdict: &Verdict) {
        // A request counts by what it asks for.
        let name = match call {
            Call::Request(action, _) => format!("request {action}"),
            _ => call.instruction().to_owned(),
        };
        let (yes, no) = self.calls.entry(name.clone()).or_default();
        *if verdict.is_ok() { yes } else { no } += 1;
        for refusal in verdict.as_ref().err().into_iter().flatten() {
            *self.reasons.entry((name.clone(), *refusal)).or_default() += 1;
        }
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        for (name, (accepted, refused)) in &other.calls {
            let (yes, no) = self.calls.entry(name.clone()).or_default();
            *yes += accepted;
            *no += refused;
        }
        for (reason, times) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += times;
        }
    }

    /// Transactions, and how many of them were accepted.
    pub fn transactions(&self) -> (u64, u64) {
        self.calls.values().fold((0, 0), |(all, good), (yes, no)| (all + yes + no, good + yes))
    }

    /// Whether every instruction, and a request of every action, was accepted at least once and refused at least once.
    pub fn is_complete(&self) -> bool {
        let both_ways = self.calls.values().filter(|(yes, no)| *yes > 0 && *no > 0).count();
        both_ways == Call::INSTRUCTIONS.len() - 1 + Action::ALL.len()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, (yes, no)) in &self.calls {
            writeln!(f, "{name:20} {yes:8} accepted {no:8} refused")?;
            let reasons = self.reasons.iter().filter(|((of, _), _)| of == name);
            for ((_, reason), times) in reasons {
                writeln!(f, "{times:47} {reason}")?;
            }
        }
        Ok(())
    }
}
