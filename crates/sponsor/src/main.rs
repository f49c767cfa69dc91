//! `latchkey-sponsor`: pays the network's fee for borrowers without SOL.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use latchkey_link::http::{serve, told_to_stop};
use latchkey_sponsor::SponsorConfig;
use latchkey_sponsor::server::{Offer, router};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Pay the network's fee for borrowers without SOL
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The configuration file
    #[arg(long, env = "LATCHKEY_SPONSOR_CONFIG", default_value = "sponsor.toml")]
    config: PathBuf,

    /// Where to listen, instead of what the configuration says
    #[arg(long, env = "LATCHKEY_SPONSOR_LISTEN")]
    listen: Option<SocketAddr>,

    /// Read the configuration and the files it names, print the sponsor's address, and end
    #[arg(long)]
    check: bool,
}

/// How long calls under way may take to end after SIGTERM.
const DRAIN: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let config = SponsorConfig::load(&cli.config)?;
    let sponsor = config.sponsor()?;
    if cli.check {
        println!("{}", sponsor.address());
        return Ok(());
    }
    let router = router(sponsor, Offer::from(&config))?;
    let listen = cli.listen.unwrap_or(config.listen);
    let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    serve(listener, router, told_to_stop()?, DRAIN).await?;
    Ok(())
}
