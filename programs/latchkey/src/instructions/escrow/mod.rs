//! Lamports for function calls.

mod fund_escrow;

pub use fund_escrow::*;
