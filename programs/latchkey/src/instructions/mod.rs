//! The instructions, one a file: arguments, accounts, handler. Handlers move accounts and money; the rules they obey
//! are in [`crate::rules`].

pub mod escrow;
pub mod invocation;
pub mod lender;
pub mod loan;
pub mod vehicle;

pub use escrow::*;
pub use invocation::*;
pub use lender::*;
pub use loan::*;
pub use vehicle::*;
