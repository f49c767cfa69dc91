//! `latchkey lender servicer`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::LenderArg;
use crate::context::Context;

/// Change the key for daily work
///
/// The old key loses its rights at once.
#[derive(Args)]
pub struct Servicer {
    /// The address of the new key
    servicer: Pubkey,
    #[command(flatten)]
    lender: LenderArg,
}

impl Servicer {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let authority = context.me()?;
        let set = instructions::set_servicer(address, authority.address(), self.servicer);
        let view = View::new(
            json!({ "lender": address.to_string(), "servicer": self.servicer.to_string() }),
            format!("{} is the servicer of {address}", self.servicer),
        );
        context.run("setting the servicer", &[set], &[&authority], view).await
    }
}
