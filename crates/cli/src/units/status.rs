//! The status of a loan, by name.

use latchkey_client::latchkey::state::LoanStatus;

use super::choice::{self, UnknownChoice};

/// Every status a loan can have.
pub const ALL: [LoanStatus; 5] = [
    LoanStatus::Active,
    LoanStatus::Defaulted,
    LoanStatus::PaidOff,
    LoanStatus::ChargedOff,
    LoanStatus::Settled,
];

/// The status of a name that [`show`] gives.
pub fn parse(text: &str) -> Result<LoanStatus, UnknownChoice> {
    choice::parse(text, &ALL, show)
}

/// The name of a status.
pub const fn show(status: LoanStatus) -> &'static str {
    match status {
        LoanStatus::Active => "active",
        LoanStatus::Defaulted => "defaulted",
        LoanStatus::PaidOff => "paid-off",
        LoanStatus::ChargedOff => "charged-off",
        LoanStatus::Settled => "settled",
    }
}
