//! `latchkey-function`: a lender's car functions behind HTTP, on any machine or as an AWS Lambda.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use clap::Parser;
use latchkey_function::server::{ServerConfig, is_lambda, router, run_as_lambda};
use latchkey_link::http::{serve, told_to_stop};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Serve a lender's car functions over HTTP, or as an AWS Lambda when its runtime starts this
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The configuration file
    #[arg(long, env = "LATCHKEY_FUNCTION_CONFIG", default_value = "function.toml")]
    config: PathBuf,

    /// Where to listen, instead of what the configuration says
    #[arg(long, env = "LATCHKEY_FUNCTION_LISTEN")]
    listen: Option<SocketAddr>,

    /// The port to listen on, on every address of this machine: what container platforms set
    #[arg(long, env = "PORT", conflicts_with = "listen")]
    port: Option<u16>,

    /// Read the configuration and the files it names, and end
    #[arg(long)]
    check: bool,
}

/// How long calls under way may take to end after SIGTERM.
const DRAIN: Duration = Duration::from_secs(25);

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let config = ServerConfig::load(&cli.config)?;
    let function = config.function()?;
    let (keys, code_key) = (function.keys(), function.code_key());
    let router = router(function, &config.limits())?;
    if cli.check {
        for key in keys {
            println!("{key}");
        }
        if let Some(key) = code_key {
            println!("code_key {key}");
        }
        return Ok(());
    }
    if is_lambda() {
        return run_as_lambda(router).await.map_err(|error| anyhow!(error));
    }
    let any = |port| SocketAddr::from(([0, 0, 0, 0], port));
    let listen = cli.listen.or(cli.port.map(any)).unwrap_or(config.listen);
    let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    serve(listener, router, told_to_stop()?, DRAIN).await?;
    Ok(())
}
