//! Progress through its public functions.

mod cargo;
mod time;
