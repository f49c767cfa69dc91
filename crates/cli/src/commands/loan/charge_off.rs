//! `latchkey loan charge-off`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::LenderKey;
use crate::context::Context;

/// No late fees, no warnings and no locks from then on; what is owed stays owed.
#[derive(Args)]
pub struct ChargeOff {
    /// The loan
    loan: Pubkey,
    #[command(flatten)]
    key: LenderKey,
}

impl ChargeOff {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let signer = context.for_lender(&scene.lender, self.key.lender_keypair.as_ref())?;
        context.confirm(&format!("Charge {} off for good?", self.loan))?;
        let charge_off = instructions::charge_off(&scene.keys, signer.address());
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "status": "charged-off" }),
            format!("{} is charged off", self.loan),
        );
        context.run("the charge-off", &[charge_off], &[&signer], view).await
    }
}
