//! The life of a loan.

mod close_loan;
mod collect;
mod declare_default;
mod originate;
mod pay_from_wallet;
mod payment;
mod serve_notice;

pub use close_loan::*;
pub use collect::*;
pub use declare_default::*;
pub use originate::*;
pub use pay_from_wallet::*;
pub use serve_notice::*;
