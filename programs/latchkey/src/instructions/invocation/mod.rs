//! One function call, from request to receipt.

mod claim;
mod confirm;
mod expire;
mod forfeit;
mod request;
mod yield_claim;

pub use claim::*;
pub use confirm::*;
pub use expire::*;
pub use request::*;
pub use yield_claim::*;
