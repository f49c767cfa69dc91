//! `latchkey vehicle show`

use anyhow::Result;
use clap::Args;
use latchkey_cli::views;
use latchkey_client::Pubkey;

use crate::context::Context;

/// Show a car, what its device has proven and what it was asked to do
#[derive(Args)]
pub struct Show {
    /// The vehicle account
    vehicle: Pubkey,
}

impl Show {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let now = context.cluster.now().await?;
        context.show(&views::vehicle(&self.vehicle, &vehicle, now))
    }
}
