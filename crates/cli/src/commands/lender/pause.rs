//! `latchkey lender pause` and `latchkey lender unpause`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::duration;
use latchkey_client::instructions;
use serde_json::json;

use super::LenderArg;
use crate::commands::signers::LenderKey;
use crate::context::Context;

/// Pause locks and warnings for a while
///
/// Payments and unlocks continue. A pause ends by itself.
#[derive(Args)]
pub struct Pause {
    /// How long the pause lasts, at most 24h
    #[arg(value_name = "TIME", value_parser = duration::parse)]
    secs: u32,
    #[command(flatten)]
    lender: LenderArg,
    #[command(flatten)]
    key: LenderKey,
}

/// End the pause
#[derive(Args)]
pub struct Unpause {
    #[command(flatten)]
    lender: LenderArg,
    #[command(flatten)]
    key: LenderKey,
}

impl Pause {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let signer = self.key.party(context)?;
        let pause = instructions::pause(address, signer.address(), self.secs);
        let lasts = duration::show(self.secs.into());
        let view = View::new(
            json!({ "lender": address.to_string(), "paused_for": lasts }),
            format!("no locks and no warnings for loans of {address} for {lasts}"),
        );
        context.run("the pause", &[pause], &[&signer], view).await
    }
}

impl Unpause {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let signer = self.key.party(context)?;
        let unpause = instructions::unpause(address, signer.address());
        let view = View::new(
            json!({ "lender": address.to_string(), "paused_for": null }),
            format!("locks and warnings for loans of {address} are possible again"),
        );
        context.run("ending the pause", &[unpause], &[&signer], view).await
    }
}
