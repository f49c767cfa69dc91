//! The demo: a loan's life, lived by the real parts and told as it happens.

pub mod cli;
mod logs;
mod run;
pub mod tell;

pub use run::run;
