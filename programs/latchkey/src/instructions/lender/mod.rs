//! What a lender sets up.

mod accept_authority;
mod by_authority;
mod checks;
mod init_lender;
mod nominate_authority;
mod pause;
mod set_function;
mod set_keepers;
mod set_policy;
mod set_servicer;

pub use accept_authority::*;
pub use by_authority::*;
pub use init_lender::*;
pub use nominate_authority::*;
pub use pause::*;
pub use set_function::*;
pub use set_keepers::*;
pub use set_policy::*;
pub use set_servicer::*;
