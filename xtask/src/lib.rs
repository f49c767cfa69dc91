//! What is done with this tree, one file a command. `cargo xtask --help` lists them.

pub mod commands;
pub mod emulator;
pub mod leaks;
pub mod program_key;
pub mod terminal;
pub mod tools;
pub mod web;
pub mod workspace;
