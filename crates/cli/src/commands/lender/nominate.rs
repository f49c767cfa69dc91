//! `latchkey lender nominate`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::Which;
use crate::context::Context;

/// Nothing changes hands before the nominee accepts, so a mistyped address costs nothing.
#[derive(Args)]
pub struct Nominate {
    /// The next authority's address
    #[arg(required_unless_present = "nobody")]
    nominee: Option<Pubkey>,
    /// Take a nomination back
    #[arg(long, conflicts_with = "nominee")]
    nobody: bool,
    #[command(flatten)]
    which: Which,
}

impl Nominate {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let authority = context.me()?;
        let nominate = instructions::nominate_authority(address, authority.address(), self.nominee);
        let view = View::new(
            json!({ "lender": address.to_string(), "nominee": self.nominee.map(|key| key.to_string()) }),
            match self.nominee {
                Some(nominee) => {
                    format!("{nominee} takes {address} over by `latchkey lender accept --lender {address}`")
                }
                None => format!("nobody is nominated for {address}"),
            },
        );
        context.run("the nomination", &[nominate], &[&authority], view).await
    }
}
