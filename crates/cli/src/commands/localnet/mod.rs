//! `latchkey localnet`: test money, to try everything where no money is real.

mod airdrop;
mod give;
mod mint;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::context::Context;

/// The genesis hash of mainnet.
const MAINNET: &str = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";

#[derive(Subcommand)]
pub enum Localnet {
    Airdrop(airdrop::Airdrop),
    Mint(mint::Mint),
    Give(give::Give),
}

impl Localnet {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let genesis = context.cluster.rpc.get_genesis_hash().await;
        if genesis.map_err(|error| context.cluster.unreachable(&error))?.to_string() == MAINNET {
            bail!("test money does not exist on mainnet: pass --url localnet or devnet");
        }
        match self {
            Self::Airdrop(command) => command.execute(context).await,
            Self::Mint(command) => command.execute(context).await,
            Self::Give(command) => command.execute(context).await,
        }
    }
}
