//! `latchkey-device`: the agent of simulated cars. Only the car's hardware is simulated: its ignition is controlled
//! through standard input, and each change of the car is printed as one JSON object a line.

mod commands;

use anyhow::Result;
use clap::{Parser, Subcommand};
use commands::{
    carry::Carry, enrol::Enrol, keygen::Keygen, provision::Provision, run::Run, show::Show,
    simulate::Simulate,
};
use tracing_subscriber::EnvFilter;

/// A Latchkey car's agent
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    subcommand: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Serve a simulated car: type `start`, `park`, `state`, or `code` and its digits, one a line
    Run(Run),
    /// Serve a fleet of simulated cars: type `start 3` or `park 3`, one a line
    Simulate(Simulate),
    /// Make a device key in a new file and print its public key
    Keygen(Keygen),
    /// Write the first record of a new car, or of one whose record was lost
    Provision(Provision),
    /// Print what the car remembers as JSON: its lock, its numbers, and whom it obeys
    Show(Show),
    /// Hand a command, a hand-over or a code to a car through its socket, without any network, and print its receipt
    Carry(Carry),
    /// Print the signed enrolment that registers this car with a lender, as hex
    Enrol(Enrol),
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Cli::parse().subcommand {
        Subcommands::Run(run) => run.execute().await,
        Subcommands::Simulate(simulate) => simulate.execute().await,
        Subcommands::Keygen(keygen) => keygen.execute(),
        Subcommands::Show(show) => show.execute(),
        Subcommands::Carry(carry) => carry.execute().await,
        Subcommands::Provision(provision) => provision.execute(),
        Subcommands::Enrol(enrol) => enrol.execute(),
    }
}
