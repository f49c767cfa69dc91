//! The commands through their public functions.

mod commands;
mod leaks;
mod offers;
