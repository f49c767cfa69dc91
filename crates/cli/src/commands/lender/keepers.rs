//! `latchkey lender keepers`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::Which;
use crate::context::Context;

/// Without --add, --remove or --anybody, shows the list. A claim that stands is not touched.
#[derive(Args)]
pub struct Keepers {
    /// Admit this keeper
    #[arg(long, value_name = "ADDRESS")]
    add: Vec<Pubkey>,
    /// Admit this keeper no longer
    #[arg(long, value_name = "ADDRESS")]
    remove: Vec<Pubkey>,
    /// Admit every keeper
    #[arg(long, conflicts_with_all = ["add", "remove"])]
    anybody: bool,
    #[command(flatten)]
    which: Which,
}

impl Keepers {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
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

        let named: Vec<String> = keepers.iter().map(Pubkey::to_string).collect();
        let text = if named.is_empty() { "anybody".to_owned() } else { named.join("\n") };
        let view = View::new(json!({ "lender": address.to_string(), "keepers": named }), text);
        if keepers == lender.keepers {
            return Ok(context.printer.show(&view)?);
        }
        if keepers.is_empty() && !self.anybody {
            context.printer.note(&"The list is empty now, which admits every keeper.");
        }
        let authority = context.me()?;
        let set = instructions::set_keepers(address, authority.address(), keepers);
        context.run("setting the keepers", &[set], &[&authority], view).await
    }
}
