//! `latchkey vehicle rotate-key`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, Secured};
use serde_json::json;

use super::enrolment::EnrolmentArg;
use crate::commands::signers::BothKeys;
use crate::context::Context;

/// Give a car a new device key
///
/// While a loan is open, its borrower signs too. Open function calls to the old device become void.
#[derive(Args)]
pub struct RotateKey {
    /// The vehicle account
    vehicle: Pubkey,
    #[command(flatten)]
    enrolment: EnrolmentArg,
    #[command(flatten)]
    keys: BothKeys,
}

impl RotateKey {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let enrolment = self.enrolment.read()?;
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let lender = context.cluster.lender(&vehicle.lender).await?;
        let (lender_signer, secured, borrower) = match vehicle.active_loan() {
            None => (self.keys.lender(context, &lender)?, None, None),
            Some(address) => {
                let loan = context.cluster.loan(&address).await?;
                let (lender_signer, borrower) = self.keys.both(context, &lender, &loan)?;
                let secured = Secured { loan: address, borrower: borrower.address() };
                (lender_signer, Some(secured), Some(borrower))
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
