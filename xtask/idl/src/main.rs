//! `latchkey-idl PROGRAM`: prints the IDL of the program in that directory. `cargo xtask idl` runs it.
//!
//! Anchor's library runs cargo, and cargo's choice of compiler and flags follows the environment. A process cannot change
//! its own environment safely, so this is a separate process, and its caller sets what that cargo needs.

use std::env;

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result};

fn main() -> Result<()> {
    let program = env::args_os().nth(1).context("usage: latchkey-idl PROGRAM")?;
    let idl = IdlBuilder::new().program_path(program.into()).cargo_args(vec!["--lib".into()]).build()?;
    print!("{}", serde_json::to_string_pretty(&idl)?);
    Ok(())
}
