//! `config init` and `config check`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use latchkey_function::CommandKeys;
use latchkey_link::http::Outbound;
use latchkey_link::key_file;

use super::{Ended, Exit, Failure};
use crate::config::Config;

/// Every key and its default, with what it does.
const EXAMPLE: &str = include_str!("../../../deploy/keeper.toml");

pub(super) fn init(path: &Path) -> Ended {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).with_context(|| {
        format!("cannot write {}: a file that exists is not overwritten; choose another name", path.display())
    })?;
    file.write_all(EXAMPLE.as_bytes())?;
    println!(
        "wrote {}: set keypair, [chain] and [broker], then run `config check` and `doctor`",
        path.display()
    );
    Ok(Exit::Done)
}

pub(super) fn check(path: &Path) -> Ended {
    let config = Config::load(path).map_err(Failure::configuration)?;
    usable(&config).map_err(Failure::configuration)?;
    println!("{} is valid", path.display());
    Ok(Exit::Done)
}

/// Whether the files that a configuration names can be used. Nothing is connected to.
pub(super) fn usable(config: &Config) -> anyhow::Result<()> {
    for path in std::iter::once(&config.keypair).chain(&config.fee_payers) {
        key_file::read(path)?;
    }
    let keys = CommandKeys::load(&config.command_keys)?;
    Outbound::new(&config.functions)?;
    config.broker.check().context("[broker]")?;
    if keys.public().next().is_none() && config.functions.hosts.is_empty() {
        return Err(anyhow!(
            "command_keys and functions.hosts are empty: name a command key file, or a host whose functions this keeper calls"
        ));
    }
    Ok(())
}
