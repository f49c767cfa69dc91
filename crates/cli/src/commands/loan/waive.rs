//! `latchkey loan waive`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::LenderKey;
use crate::context::Context;

#[derive(Args)]
pub struct Waive {
    /// The loan
    loan: Pubkey,
    /// How many tokens of late fees
    amount: String,
    #[command(flatten)]
    key: LenderKey,
}

impl Waive {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let amount = money::parse(&self.amount, scene.mint.decimals).context("the amount")?;
        let signer = context.for_lender(&scene.lender, self.key.lender_keypair.as_ref())?;
        let waive = instructions::waive_fees(&scene.keys, signer.address(), amount);
        let shown = money::show(amount, scene.mint.decimals);
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "waived": shown }),
            format!("{shown} of late fees waived"),
        );
        context.run("the waiver", &[waive], &[&signer], view).await
    }
}
