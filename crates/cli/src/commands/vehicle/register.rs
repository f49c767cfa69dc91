//! `latchkey vehicle register`

use anyhow::{Result, bail};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::protocol::Enrolment;
use latchkey_client::{Pubkey, instructions, pda};
use serde_json::json;

use super::enrolment::EnrolmentArg;
use crate::commands::signers::LenderKey;
use crate::context::Context;

/// Register a car with the enrolment that its device signed
#[derive(Args)]
pub struct Register {
    #[command(flatten)]
    enrolment: EnrolmentArg,
    #[command(flatten)]
    key: LenderKey,
}

impl Register {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let enrolment = self.enrolment.read()?;
        let signer = self.key.party(context)?;
        let register =
            instructions::register_vehicle(context.payer()?.address(), signer.address(), &enrolment)?;
        let vehicle = pda::vehicle(&Pubkey::new_from_array(enrolment.signer));
        if context.cluster.account(&vehicle).await?.is_some() {
            bail!("this device is already registered as {vehicle}: `latchkey vehicle show` shows it");
        }
        let lender = Pubkey::new_from_array(Enrolment::decode(&enrolment.payload)?.lender).to_string();
        let view = View::new(
            json!({ "vehicle": vehicle.to_string(), "lender": lender }),
            format!("vehicle {vehicle}"),
        );
        context.run("registering the car", &register, &[&signer], view).await
    }
}
