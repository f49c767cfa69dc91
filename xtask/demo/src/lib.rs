//! The demo: a loan's life, played by the real parts and printed as it happens.

pub mod cli;
mod logs;
mod play;
mod run;
pub mod tell;

pub use run::run;
