//! What people write and read at a terminal, and what the program stores. Exact in both directions: integers only.

pub mod channel;
pub mod choice;
pub mod date;
pub mod day;
pub mod duration;
pub mod hash;
pub mod money;
pub mod period;
pub mod rate;
pub mod status;
pub mod utc_offset;
