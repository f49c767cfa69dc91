//! The program's key for local validators, where Anchor and Solana's tools look for it.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Puts the public development key into the deploy directory, unless a key is there already.
///
/// Anchor compares the key in that place with `declare_id!`, and makes up a random one where there is none.
pub fn place(workspace: &Workspace) -> Result<()> {
    let place = workspace.target("deploy/latchkey-keypair.json");
    let source = workspace.path("tests/localnet/program-keypair.json");
    let key = fs::read(&source).with_context(|| format!("reading {}", source.display()))?;
    match fs::read(&place) {
        Ok(present) if present == key => {}
        Ok(_) => eprintln!(
            "note: target/deploy/latchkey-keypair.json is a key of your own. `anchor build` will compare it with \
             declare_id!; delete it to have the development key again."
        ),
        Err(_) => {
            fs::create_dir_all(workspace.target("deploy"))?;
            fs::write(&place, key).with_context(|| format!("writing {}", place.display()))?;
        }
    }
    Ok(())
}
