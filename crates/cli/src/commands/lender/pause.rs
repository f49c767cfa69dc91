//! `latchkey lender pause` and `latchkey lender unpause`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::duration;
use latchkey_client::instructions;
use serde_json::json;

use super::Which;
use crate::commands::LenderKey;
use crate::context::Context;

/// It ends by itself.
#[derive(Args)]
pub struct Pause {
    /// For how long, at most 24h
    #[arg(value_name = "TIME", value_parser = duration::parse)]
    secs: u32,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    key: LenderKey,
}

#[derive(Args)]
pub struct Unpause {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    key: LenderKey,
}

impl Pause {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let signer = context.party(self.key.lender_keypair.as_ref())?;
        let pause = instructions::pause(address, signer.address(), self.secs);
        let lasts = duration::show(self.secs.into());
        let view = View::new(
            json!({ "lender": address.to_string(), "paused_for": lasts }),
            format!("no lock or warning for {address} for {lasts}"),
        );
        context.run("the pause", &[pause], &[&signer], view).await
    }
}

impl Unpause {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let signer = context.party(self.key.lender_keypair.as_ref())?;
        let unpause = instructions::unpause(address, signer.address());
        let view = View::new(
            json!({ "lender": address.to_string(), "paused_for": null }),
            format!("locks and warnings for {address} again"),
        );
        context.run("lifting the pause", &[unpause], &[&signer], view).await
    }
}
