//! A fee payer for borrowers who have no SOL.
//!
//! [`Sponsor::sign`] signs a transaction as its fee payer if `recognise` knows every instruction in it, the loan is of a
//! lender that the operator allows, a node has tried it out, and [`rate`] has room. [`Sponsor::payment`] makes such a
//! transaction for a wallet that scans a Solana Pay code. [`server`] puts both behind HTTP: `docs/sponsor.md` is its interface.
//!
//! Its key is named by an instruction in three places only: it pays the deposit of an unlock that is asked for, gets that
//! deposit back, and, if configured, pays the deposit of the borrower's own token account.

pub mod config;
mod fees;
mod node;
mod pay;
pub mod rate;
mod recognise;
pub mod refusal;
pub mod server;
mod sponsor;
mod tokens;

pub use config::{Policy, SponsorConfig};
pub use refusal::{Refusal, SponsorError};
pub use sponsor::{Payment, Sponsor};
