//! `latchkey loan hold` and `latchkey loan lift-hold`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::date::{self, When};
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::{BorrowerKey, LenderKey};
use crate::context::Context;

#[derive(Args)]
pub struct Hold {
    /// The loan
    loan: Pubkey,
    /// Until when: a date, or +7d from now
    #[arg(long, value_name = "DATE")]
    until: When,
    #[command(flatten)]
    key: LenderKey,
}

#[derive(Args)]
pub struct LiftHold {
    /// The loan
    loan: Pubkey,
    #[command(flatten)]
    lender: LenderKey,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Hold {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let signer = context.for_lender(&scene.lender, self.key.lender_keypair.as_ref())?;
        let until = self.until.from(scene.now);
        let hold = instructions::place_hold(&scene.keys, signer.address(), until);
        let shown = date::show(until);
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "hold_until": shown }),
            format!("no lock and no warning before {shown}"),
        );
        context.run("the hold", &[hold], &[&signer], view).await
    }
}

impl LiftHold {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let borrower = context.for_borrower(&scene.loan, self.borrower.borrower_keypair.as_ref())?;
        let lender = context.for_lender_beside_borrower(
            &scene.lender,
            &scene.loan,
            self.lender.lender_keypair.as_ref(),
        )?;
        let lift = instructions::lift_hold(&scene.keys, lender.address(), borrower.address());
        let view =
            View::new(json!({ "loan": self.loan.to_string(), "hold_until": null }), "the hold is lifted");
        context.run("lifting the hold", &[lift], &[&lender, &borrower], view).await
    }
}
