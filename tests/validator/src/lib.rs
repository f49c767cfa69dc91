//! The whole path on a real Agave validator, with mosquitto, car and keeper as processes. Under `anchor test` the same
//! suite runs on the validator that Anchor has started.

mod missed;
mod several;

pub use missed::{Missed, each_ends_locked, tails};
pub use several::{List, Several};
