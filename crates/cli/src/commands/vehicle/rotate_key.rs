//! `latchkey vehicle rotate-key`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, Secured};
use serde_json::json;

use super::enrolment;
use crate::commands::{BorrowerKey, LenderKey};
use crate::context::Context;

/// While a loan is open, its borrower signs too. Whatever was asked of the old device is void.
#[derive(Args)]
pub struct RotateKey {
    /// The vehicle account
    vehicle: Pubkey,
    /// What `latchkey-device enrol` printed with the new key, hex, or - for standard input
    #[arg(value_name = "HEX")]
    enrolment: String,
    #[command(flatten)]
    lender: LenderKey,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl RotateKey {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let enrolment = enrolment(&self.enrolment)?;
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let lender = context.cluster.lender(&vehicle.lender).await?;
        let named = self.lender.lender_keypair.as_ref();
        let (lender_signer, secured, borrower) = match vehicle.active_loan {
            None => (context.for_lender(&lender, named)?, None, None),
            Some(address) => {
                let loan = context.cluster.loan(&address).await?;
                let borrower = context.for_borrower(&loan, self.borrower.borrower_keypair.as_ref())?;
                let secured = Secured { loan: address, borrower: borrower.address() };
                (context.for_lender_beside_borrower(&lender, &loan, named)?, Some(secured), Some(borrower))
            }
        };
        let rotate =
            instructions::rotate_device_key(self.vehicle, lender_signer.address(), secured, &enrolment)?;
        let parties: Vec<_> = [Some(&lender_signer), borrower.as_ref()].into_iter().flatten().collect();
        let device_key = Pubkey::new_from_array(enrolment.signer).to_string();
        let view = View::new(
            json!({ "vehicle": self.vehicle.to_string(), "device_key": device_key }),
            format!("vehicle {} has the device key {device_key}", self.vehicle),
        );
        context.run("rotating the device key", &rotate, &parties, view).await
    }
}
