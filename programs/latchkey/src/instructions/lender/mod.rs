//! What a lender sets up.

mod init_lender;
mod set_function;

pub use init_lender::*;
pub use set_function::*;
