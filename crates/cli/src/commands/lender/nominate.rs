//! `latchkey lender nominate`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::LenderArg;
use crate::context::Context;

/// Nominate the next authority
///
/// The nominee becomes the authority by accepting. Until then a mistyped address can be corrected.
#[derive(Args)]
pub struct Nominate {
    /// The next authority's address
    #[arg(required_unless_present = "nobody")]
    nominee: Option<Pubkey>,
    /// Withdraw the nomination
    #[arg(long, conflicts_with = "nominee")]
    nobody: bool,
    #[command(flatten)]
    lender: LenderArg,
}

impl Nominate {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let authority = context.me()?;
        let nominate = instructions::nominate_authority(address, authority.address(), self.nominee);
        let view = View::new(
            json!({ "lender": address.to_string(), "nominee": self.nominee.map(|key| key.to_string()) }),
            match self.nominee {
                Some(nominee) => {
                    format!(
                        "{nominee} is nominated, and accepts with `latchkey lender accept --lender {address}`"
                    )
                }
                None => format!("{address} has no nominee"),
            },
        );
        context.run("the nomination", &[nominate], &[&authority], view).await
    }
}
