//! The accounts. Each starts with `version` and `bump` and ends with `reserved` bytes for later fields.
//!
//! Units everywhere: loan money in base units of the lender's mint, fees and bonds in lamports, rates in basis
//! points (1/100 of a percent) a year, times in Unix seconds from the Clock sysvar.

mod escrow;
mod function;
mod invocation;
mod lender;
mod loan;
mod vehicle;

pub use escrow::*;
pub use function::*;
pub use invocation::*;
pub use lender::*;
pub use loan::*;
pub use vehicle::*;

pub use latchkey_protocol::Action;

/// The layout version written into every account.
pub const ACCOUNT_VERSION: u8 = 1;
