//! What people write and read at a terminal, and what the program counts in. Exact both ways: integers all through.

pub mod date;
pub mod duration;
pub mod money;
pub mod period;
pub mod rate;
