//! Lamports for function calls.

mod fund_escrow;
mod withdraw_escrow;

pub use fund_escrow::*;
pub use withdraw_escrow::*;
