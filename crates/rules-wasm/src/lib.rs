//! The contract's rules for the web page.
//!
//! The page asks in JSON and gets JSON. Accounts go in as the node gives them, base64; amounts come out as decimal text,
//! because a JavaScript number holds 53 bits. Everything is computed by `latchkey-client` and the program's own rules: there
//! is no second ledger.
//!
//! ```text
//! ask       what the page can ask, and the answer as JSON
//!   loan      one loan with its car at one moment
//!   servicing what the lender may do to it then
//!   escrow    what its escrow holds and pays
//!   portfolio a row for each of many loans
//! changes   what it can ask before a change is signed: a module of its own, for those who change something
//!   sale, borrower_key, settings
//!   origination whether a new loan can be written, and what it costs
//!   amendment whether both can amend a loan, what changes, and what the rest costs
//! history   payments and calls in a node's transactions: a module of its own, because decoding events is heavy
//! boundary  memory and the functions that JavaScript sees
//! ```

#![warn(missing_docs)]

mod amendment;
mod ask;
mod borrower_key;
mod boundary;
mod changes;
mod cost;
mod escrow;
mod history;
mod loan;
mod origination;
mod portfolio;
mod sale;
mod servicing;
mod settings;
mod text;

pub use ask::answer;
pub use changes::answer as answer_on_change;
pub use history::answer as answer_on_past;
