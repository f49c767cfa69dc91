//! `latchkey vehicle code`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::date;
use latchkey_client::latchkey::state::Action;
use latchkey_client::protocol::code::{Code, CodeSecret, CodedUnlock};
use latchkey_client::{Pubkey, pda};
use latchkey_link::key_file;
use serde_json::json;

use crate::context::Context;
use crate::failure::Usage;

/// Give out the code of the unlock that is asked for: twelve digits for a driver whose car no message reaches. The code key
/// computes it
///
/// The car takes the code if it knows this key: from its provisioning, or from `latchkey vehicle hand-over --code-key`. Its
/// signed receipt waits in the car for a connection, or is carried back; `latchkey loan unlock --receipt` brings it to the chain.
#[derive(Args)]
pub struct CodeCommand {
    /// The vehicle account
    vehicle: Pubkey,
    /// The key file of the function's code key
    #[arg(long, value_name = "FILE")]
    code_keypair: PathBuf,
}

impl CodeCommand {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let key = key_file::read(&self.code_keypair)?;
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        let now = context.cluster.now().await?;
        if !vehicle.open.is_live(Action::Unlock, now) {
            let loan = vehicle.active_loan;
            return Err(Usage(format!(
                "no unlock of this car is open: `latchkey loan unlock {loan} --only-ask` asks for one, if it is due"
            ))
            .into());
        }
        let seq = vehicle.last_seq_asked;
        let unlock = CodedUnlock {
            program: latchkey_client::PROGRAM_ID.to_bytes(),
            vehicle: self.vehicle.to_bytes(),
            invocation: pda::invocation(&self.vehicle, seq).to_bytes(),
            seq,
        };
        let Some(secret) = CodeSecret::with_car(&key, &vehicle.device_key.to_bytes()) else {
            return Err(
                Usage("the car's device key makes no code: carry the signed unlock".to_owned()).into()
            );
        };
        let code = Code::of(&secret, &unlock).to_string();
        let until = date::show(vehicle.open.expires_at);
        context.show(&View::new(
            json!({ "vehicle": self.vehicle.to_string(), "seq": seq, "code": code, "expires_at": until }),
            format!("{code}\nunlock {seq}; the fee is paid for a receipt that is brought by {until}"),
        ))
    }
}
