//! The toolchain through its public functions.

mod args;
mod builtins;
mod cache;
mod debian;
mod edits;
mod platform;
mod program;
