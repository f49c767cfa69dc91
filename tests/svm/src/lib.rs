//! The program's real bytes in LiteSVM, and fixtures to obey and to break its rules with.
//!
//! A [`LoanFixture`] holds a chain with one lender, one car and the people around them, and has a method for every
//! instruction. Each returns an [`Outcome`], which a test says either [`holds`](Outcome::holds) or
//! [`breaks`](Outcome::breaks) one rule.

#![allow(
    missing_docs,
    reason = "of a test's own parts, only those are described that their name does not explain"
)]

mod car;
pub mod checkpoint;
pub mod doors;
mod expected;
mod hostile;
pub mod interface;
mod loan_fixture;
mod money;
mod outcome;
mod people;
mod program;
mod proxy;
mod terms;
mod test_chain;

pub use car::Car;
pub use expected::Expected;
pub use hostile::{hostile, metadata_pointer};
pub use latchkey::fixtures::floors;
pub use loan_fixture::{BOND, Buyer, LEASE, LoanFixture, TTL, fee, swap};
pub use money::{Extension, Money};
pub use outcome::{Done, Outcome};
pub use people::person;
pub use program::bytes as program_bytes;
pub use proxy::through_another_program;
pub use terms::{DAY, WEEK, due, terms};
pub use test_chain::{START, Snapshot, TestChain};
