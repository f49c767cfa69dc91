//! The function behind HTTP: one router, served by hyper on any machine, or by the Lambda runtime.

mod config;
mod deadline;
mod lambda;
mod prefer;
mod router;

pub use config::{ServerConfig, ServerConfigError};
pub use lambda::{is_lambda, run as run_as_lambda};
pub use router::{Limits, router};
