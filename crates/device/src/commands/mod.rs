//! The program's commands, one file each.

pub mod carry;
pub mod enrol;
pub mod keygen;
pub mod provision;
pub mod run;
pub mod show;
pub mod simulate;
mod typed;
