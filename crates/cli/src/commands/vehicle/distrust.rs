//! `latchkey vehicle distrust`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::signers::AuthorityKey;
use crate::context::Context;

/// Mark a car's device key as not to be believed. The lender's authority signs
///
/// From now on there are no warnings and no locks, and keepers get their bonds back. Unlocks stay as they are. A new device
/// key (`latchkey vehicle rotate-key`) ends it.
#[derive(Args)]
pub struct Distrust {
    /// The vehicle account
    vehicle: Pubkey,
    #[command(flatten)]
    authority: AuthorityKey,
}

impl Distrust {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let lender = context.cluster.lender(&vehicle.lender).await?;
        let authority = self.authority.signer(context, &lender)?;
        let distrust = instructions::distrust_device(vehicle.lender, self.vehicle, authority.address());
        let view = View::new(
            json!({ "vehicle": self.vehicle.to_string(), "distrusted": true }),
            format!("the device key {} of {} is no longer believed", vehicle.device_key, self.vehicle),
        );
        context.run("distrusting the device", &[distrust], &[&authority], view).await
    }
}
