//! `latchkey vehicle retire`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::signers::LenderKey;
use crate::context::Context;

/// Take a car out of service
///
/// It can no longer secure a loan. What its device has proven stays on chain.
#[derive(Args)]
pub struct Retire {
    /// The vehicle account
    vehicle: Pubkey,
    #[command(flatten)]
    key: LenderKey,
}

impl Retire {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let signer = self.key.party(context)?;
        context.confirm(&format!("Retire {}? This cannot be undone.", self.vehicle))?;
        let retire = instructions::retire_vehicle(vehicle.lender, self.vehicle, signer.address());
        let view = View::new(
            json!({ "vehicle": self.vehicle.to_string(), "retired": true }),
            format!("vehicle {} is retired", self.vehicle),
        );
        context.run("retiring the car", &[retire], &[&signer], view).await
    }
}
