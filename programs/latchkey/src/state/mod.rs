//! The accounts. Each starts with `version` and `bump`; every field stands at a fixed offset, so that a client finds it
//! without decoding what stands before it. Strings and lists, which vary in length, come last.
//!
//! Units everywhere: loan money in base units of the lender's mint, fees and bonds in lamports, rates in parts per
//! million a year, times in Unix seconds from the Clock sysvar. A key of zeros means that there is none.

#[cfg(test)]
mod against_borsh;
mod escrow;
mod fixed;
mod function;
mod invocation;
#[cfg(test)]
mod layout;
mod lender;
mod loan;
mod loan_stub;
mod notices;
mod terms;
mod vehicle;
mod version;

use anchor_lang::prelude::Pubkey;

pub use escrow::*;
pub(crate) use fixed::*;
pub use function::*;
pub use invocation::*;
pub use lender::*;
pub use loan::*;
pub use loan_stub::*;
pub use notices::*;
pub use terms::*;
pub use vehicle::*;
pub use version::*;

pub use latchkey_protocol::Action;

/// The zero key, which accounts store for "none", as an option.
pub(crate) fn set_key(key: Pubkey) -> Option<Pubkey> {
    Some(key).filter(|key| *key != Pubkey::default())
}
