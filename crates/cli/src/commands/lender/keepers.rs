//! `latchkey lender keepers`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::LenderArg;
use crate::context::Context;

/// Show or change which keepers may claim function calls
///
/// Without --add, --remove or --anybody, shows the list. Open claims stay as they are.
#[derive(Args)]
pub struct Keepers {
    /// Allow this keeper
    #[arg(long, value_name = "ADDRESS")]
    add: Vec<Pubkey>,
    /// Remove this keeper from the list
    #[arg(long, value_name = "ADDRESS")]
    remove: Vec<Pubkey>,
    /// Allow every keeper
    #[arg(long, conflicts_with_all = ["add", "remove"])]
    anybody: bool,
    #[command(flatten)]
    lender: LenderArg,
}

impl Keepers {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let lender = context.cluster.lender(&address).await?;
        let mut keepers = lender.keepers.clone();
        if self.anybody {
            keepers.clear();
        }
        keepers.retain(|keeper| !self.remove.contains(keeper));
        for keeper in &self.add {
            if !keepers.contains(keeper) {
                keepers.push(*keeper);
            }
        }

        let listed: Vec<String> = keepers.iter().map(Pubkey::to_string).collect();
        let text = if listed.is_empty() { "anybody".to_owned() } else { listed.join("\n") };
        let view = View::new(json!({ "lender": address.to_string(), "keepers": listed }), text);
        if keepers == lender.keepers {
            return context.show(&view);
        }
        if keepers.is_empty() && !self.anybody {
            context.printer.note(&"The list is empty now, so every keeper is allowed.");
        }
        let authority = context.me()?;
        let set = instructions::set_keepers(address, authority.address(), keepers);
        context.run("setting the keepers", &[set], &[&authority], view).await
    }
}
