//! The instructions, one a file: arguments, accounts, handler. Handlers move accounts and money; the rules they obey
//! are in [`crate::rules`].
//!
//! `dup` on a writable account does not let one account be passed for two. Anchor would hash the key of every such account to
//! find that out, 500 compute units each, and accounts of different kinds differ by their discriminators as it is. Token
//! accounts are of one kind: they have no `dup`, so Anchor compares them.

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
