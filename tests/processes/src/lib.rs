//! Programs beside a test, for tests that need nothing of Solana too: any program ([`process`]), mosquitto, and a car's
//! agent; and where cargo left what it built of this workspace ([`built`]).

pub mod agent;
pub mod built;
mod mosquitto;
pub mod process;

pub use agent::AgentProcess;
pub use mosquitto::Mosquitto;
