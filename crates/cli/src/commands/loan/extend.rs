//! `latchkey loan extend`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::period;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::commands::{BorrowerKey, LenderKey};
use crate::context::Context;

/// Interest goes on meanwhile.
#[derive(Args)]
pub struct Extend {
    /// The loan
    loan: Pubkey,
    #[command(flatten)]
    lender: LenderKey,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Extend {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let borrower = context.for_borrower(&scene.loan, self.borrower.borrower_keypair.as_ref())?;
        let lender = context.for_lender_beside_borrower(
            &scene.lender,
            &scene.loan,
            self.lender.lender_keypair.as_ref(),
        )?;
        let by = period::show(scene.loan.terms.period);
        context.confirm(&format!("Move every due date by {by}, while interest goes on?"))?;
        let extend = instructions::extend(&scene.keys, lender.address(), borrower.address());
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "extended_by": by }),
            format!("every due date is {by} later"),
        );
        context.run("the extension", &[extend], &[&lender, &borrower], view).await
    }
}
