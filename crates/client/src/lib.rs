//! Everything an off-chain caller of the Latchkey program needs, and no network: addresses, account decoding,
//! instruction builders, events, the payments and calls that they tell of, errors, amortisation schedules, what a loan
//! costs, payoff quotes, what happens next, what a lender may do, whether a loan can be written, what a sale changes, and
//! Regulation Z rates.
//!
//! Account types, instruction data and every rule come from the program crate itself, so that nothing off chain can
//! disagree with the chain about a layout or a sum. `tests/idl.rs` holds the builders against the committed IDL.

#![warn(missing_docs)]

pub mod accounts;
pub mod changes;
pub mod cost;
pub mod errors;
pub mod escrow;
pub mod events;
pub mod history;
pub mod instructions;
pub mod origination;
pub mod outlook;
pub mod pda;
pub mod quote;
pub mod reg_z;
pub mod sale;
pub mod schedule;
pub mod servicing;
pub mod settings;

pub use anchor_lang::prelude::Pubkey;
pub use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
pub use latchkey;
pub use latchkey::ID as PROGRAM_ID;
pub use latchkey_protocol as protocol;
