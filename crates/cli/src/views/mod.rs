//! Accounts as people and programs see them, one view a file.
//!
//! In JSON, loan money is decimal strings of whole tokens, SOL is integers of lamports, times are RFC 3339 in UTC, and
//! what does not exist is null.

mod car;
mod escrow;
mod lender;
mod loan;
mod loan_line;
#[cfg(test)]
mod tests;
mod vehicle;

pub use car::car_in_words;
pub use escrow::escrow;
pub use lender::lender;
pub use loan::loan;
pub use loan_line::loan_line;
pub use vehicle::vehicle;
