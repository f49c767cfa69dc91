//! The life of a loan.

mod charge_off;
mod close_loan;
mod collect;
mod declare_default;
mod emergency_start;
mod extend;
mod hold;
mod originate;
mod pay_from_wallet;
mod payment;
mod serve_notice;
mod servicing;
mod waive_fees;
mod withdraw_surplus;

pub use charge_off::*;
pub use close_loan::*;
pub use collect::*;
pub use declare_default::*;
pub use emergency_start::*;
pub use extend::*;
pub use hold::*;
pub use originate::*;
pub use pay_from_wallet::*;
pub use serve_notice::*;
pub use servicing::*;
pub use waive_fees::*;
pub use withdraw_surplus::*;
