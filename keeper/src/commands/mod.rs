//! What `latchkey-keeper` does at the command line.

mod config;
mod doctor;
mod notify;
mod run;
mod status;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Watch loans, call car functions and earn their fees
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Debug, Subcommand)]
enum Commands {
    /// Run until SIGTERM or SIGINT: finish or give back what was begun, and stop; at the second signal, stop at once
    Run {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
        /// Decide and log, but send no transaction and call no function
        #[arg(long)]
        dry_run: bool,
        /// How to write the log
        #[arg(long, value_enum, default_value_t = LogFormat::Text)]
        log: LogFormat,
    },
    /// Look at everything that a keeper needs, and say what does not work and what to do
    Doctor {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
        /// One JSON array instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Write or check a configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Ask a running keeper what it waits for
    Status {
        /// The configuration file of the running keeper, whose health.listen says where to ask
        #[arg(long)]
        config: PathBuf,
        /// One loan instead of all: its address
        #[arg(long)]
        loan: Option<String>,
        /// JSON instead of lines
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Write a file with every key and its default, to start from
    Init {
        /// Where to; a file that exists is not overwritten
        #[arg(long)]
        config: PathBuf,
    },
    /// Read the file and the environment, and say whether a keeper could start with them. Nothing is connected to
    Check {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
    },
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// How the program ends. clap ends it with 2 for arguments that it does not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// It did what it was told to.
    Done = 0,
    /// It failed while it ran.
    Failed = 1,
    /// The configuration cannot be used.
    Configuration = 3,
    /// The doctor has found a fault.
    Fault = 4,
    /// No keeper answers.
    NoAnswer = 5,
}

/// Does what `cli` says.
pub async fn main(cli: Cli) -> ExitCode {
    let log = match &cli.command {
        Commands::Run { log, .. } => *log,
        _ => LogFormat::Text,
    };
    start_log(log);
    let ended = match cli.command {
        Commands::Run { config, dry_run, .. } => run::run(&config, dry_run).await,
        Commands::Doctor { config, json } => doctor::run(&config, json).await,
        Commands::Config(ConfigCommand::Init { config }) => config::init(&config),
        Commands::Config(ConfigCommand::Check { config }) => config::check(&config),
        Commands::Status { config, loan, json } => status::run(&config, loan.as_deref(), json).await,
    };
    let exit = ended.unwrap_or_else(|failure| {
        eprintln!("error: {:?}", failure.error);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// Why it ends with something else than [`Exit::Done`].
struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    fn configuration(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Configuration, error: error.into() }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { exit: Exit::Failed, error: error.into() }
    }
}

type Ended = Result<Exit, Failure>;

fn start_log(format: LogFormat) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
