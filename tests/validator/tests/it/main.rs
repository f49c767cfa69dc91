//! The whole path on a real validator.

mod forged;
mod killed;
mod path;
