use std::path::PathBuf;

use clap::Args;
use latchkey_cli::party::PartyArg;

/// The options of all commands.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// The cluster: localnet, devnet, testnet, mainnet, or an RPC address [default: localnet]
    #[arg(long, global = true, env = "LATCHKEY_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Your key: a keypair file, or an address whose owner signs later
    #[arg(long, global = true, env = "LATCHKEY_KEYPAIR", value_name = "FILE")]
    pub keypair: Option<PartyArg>,
    /// The key that pays fees and rent [default: --keypair]
    #[arg(long, global = true, value_name = "FILE")]
    pub payer: Option<PartyArg>,
    /// The settings file, with url, keypair, payer and lender [default: latchkey/config.toml in the user's
    /// configuration directory]
    #[arg(long, global = true, env = "LATCHKEY_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON: one object, or one per line
    #[arg(long, global = true)]
    pub json: bool,
    /// Sign without asking
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Print the transaction with the signatures made here; `latchkey sign` completes and sends it
    #[arg(long, global = true)]
    pub sign_only: bool,
    /// Priority fee, micro-lamports per compute unit [default: 0]
    #[arg(long, global = true, value_name = "N")]
    pub priority_fee: Option<u64>,
}
