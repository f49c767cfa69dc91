//! `latchkey vehicle release`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::Pubkey;
use latchkey_client::protocol::Release;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_link::key_file;
use serde_json::json;

use crate::context::Context;
use crate::failure::Usage;

/// Order a car whose loan has ended to obey unlocks alone. A command key that may unlock signs
///
/// A keeper has a car released by itself when its loan is paid off or settled. This is for cars that no keeper reaches, and
/// for loans that were closed before. Carry what is printed to the car (`latchkey-device carry`). From then on no command key can warn or lock it.
#[derive(Args)]
pub struct ReleaseCommand {
    /// The vehicle account
    vehicle: Pubkey,
    /// The key file of a command key that the car obeys for unlocks
    #[arg(long, value_name = "FILE")]
    command_keypair: PathBuf,
}

impl ReleaseCommand {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let key = key_file::read(&self.command_keypair)?;
        let vehicle = context.cluster.vehicle(&self.vehicle).await?;
        if vehicle.active_loan != Pubkey::default()
            && context.cluster.loan(&vehicle.active_loan).await?.status.is_open()
        {
            let loan = vehicle.active_loan;
            return Err(Usage(format!(
                "this car still secures the loan {loan}: pay it off or settle it first (latchkey loan payoff)"
            ))
            .into());
        }
        let issued_at = context.cluster.now().await?;
        let release = Release {
            program: latchkey_client::PROGRAM_ID.to_bytes(),
            vehicle: self.vehicle.to_bytes(),
            issued_at,
        };
        let envelope = hex::encode(Envelope::seal(&key, &release.encode()).to_bytes());
        let json = json!({
            "envelope": envelope,
            "vehicle": self.vehicle.to_string(),
            "issued_at": issued_at,
        });
        context.show(&View::new(json, envelope))
    }
}
