//! `latchkey vehicle register`

use anyhow::{Result, bail};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::protocol::Enrolment;
use latchkey_client::{Pubkey, instructions, pda};
use serde_json::json;

use super::enrolment;
use crate::commands::LenderKey;
use crate::context::Context;

#[derive(Args)]
pub struct Register {
    /// What `latchkey-device enrol` printed, hex, or - for standard input
    #[arg(value_name = "HEX")]
    enrolment: String,
    #[command(flatten)]
    key: LenderKey,
}

impl Register {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let enrolment = enrolment(&self.enrolment)?;
        let signer = context.party(self.key.lender_keypair.as_ref())?;
        let register =
            instructions::register_vehicle(context.payer()?.address(), signer.address(), &enrolment)?;
        let vehicle = pda::vehicle(&Pubkey::new_from_array(enrolment.signer));
        if context.cluster.account(&vehicle).await?.is_some() {
            bail!("this device has registered {vehicle} already: `latchkey vehicle show` shows it");
        }
        let lender = Pubkey::new_from_array(Enrolment::decode(&enrolment.payload)?.lender).to_string();
        let view = View::new(
            json!({ "vehicle": vehicle.to_string(), "lender": lender }),
            format!("vehicle {vehicle}"),
        );
        context.run("registering the car", &register, &[&signer], view).await
    }
}
