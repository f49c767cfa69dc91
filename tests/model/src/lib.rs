//! The contract a second time, written from its specification alone, to hold the program against.
//!
//! [`arithmetic`] is the money: schedule, interest, late fees, payments, in exact rationals. [`mod@reference`] is
//! everything else: a small state machine that says whether an instruction is accepted and what it does. [`run`]
//! applies a [`Sequence`](run::Sequence) of [`moves`] to the program's real bytes and to the state machine, and checks
//! after each whether they agree, whether the invariants hold, and whether a failed transaction changed anything.

#![allow(
    missing_docs,
    reason = "of a test's own parts, only those are described that their name does not explain"
)]

mod agreement;
pub mod arithmetic;
pub mod calls;
pub mod generate;
mod invariants;
pub mod moves;
pub mod parties;
pub mod reference;
pub mod run;
pub mod tally;
mod under_test;
