//! Programs beside a test, for tests that need nothing of Solana too: any program ([`process`]), mosquitto, and a car's
//! agent.

pub mod agent;
mod mosquitto;
pub mod process;

pub use agent::AgentProcess;
pub use mosquitto::Mosquitto;
