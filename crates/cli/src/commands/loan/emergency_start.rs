//! `latchkey loan emergency-start`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::duration;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::BorrowerKey;
use crate::context::Context;

/// As often and as long as the terms grant. A keeper unlocks the car, and no lock is asked for before it ends.
#[derive(Args)]
pub struct EmergencyStart {
    /// The loan
    loan: Pubkey,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl EmergencyStart {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let borrower = context.for_borrower(&scene.loan, self.borrower.borrower_keypair.as_ref())?;
        let lasts = duration::show(scene.loan.terms.emergency_secs.into());
        let left = scene.loan.terms.emergency_max.saturating_sub(scene.loan.emergency_used).saturating_sub(1);
        let start = instructions::emergency_start(&scene.keys, borrower.address());
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "lasts": lasts, "left": left }),
            format!("the car may start for {lasts}; {left} emergency starts are left"),
        );
        context.run("the emergency start", &[start], &[&borrower], view).await
    }
}
