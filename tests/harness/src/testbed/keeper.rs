use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Result;
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_link::{http::OutboundConfig, key_file};
use solana_sdk::{native_token::LAMPORTS_PER_SOL, signature::Keypair, signer::Signer};

use crate::{
    broker::Mosquitto,
    function::FunctionProcess,
    gate::{Gate, Passage, TwinGate},
    localnet::{Localnet, binary},
    process::{Process, Spec},
    story::{Chain, Parties, Purse, RpcChain},
};

/// A running `latchkey-keeper` that works for one lender. It is killed when this is dropped.
#[derive(Debug)]
pub struct KeeperProcess {
    pub process: Process,
    /// Its address.
    pub key: Pubkey,
    pub lines: Lines,
}

/// The keeper's lines, each with a gate in it.
#[derive(Debug)]
pub struct Lines {
    pub validator: TwinGate,
    /// To the broker, where its function meets the car.
    pub broker: Gate,
}

impl Lines {
    /// Drops whatever is held, and lets everything pass from now on.
    pub fn open(&self) {
        self.validator.cut();
        self.validator.set(Passage::Open);
        self.broker.cut();
        self.broker.set(Passage::Open);
    }
}

impl KeeperProcess {
    /// What each has when it starts.
    pub const PURSE: Purse = Purse { lamports: LAMPORTS_PER_SOL, spent: 0 };

    /// Starts one with a new key, whose lines all lead through gates. Without a `function` it runs the function itself.
    pub async fn start(
        directory: &Path,
        localnet: &Localnet,
        broker: &Mosquitto,
        parties: &Parties,
        function: Option<&FunctionProcess>,
    ) -> Result<Self> {
        let lines = Lines {
            validator: TwinGate::to(localnet.rpc_port(), localnet.websocket_port()).await?,
            broker: Gate::to(broker.port()).await?,
        };
        let keypair = Keypair::new();
        let key = keypair.pubkey();
        RpcChain::new(&localnet.url()).airdrop(&key, Self::PURSE.lamports).await?;
        write_key(&directory.join("keeper.json"), &keypair)?;
        let config = directory.join("keeper.toml");
        if function.is_none() {
            write_key(&directory.join("command.json"), &parties.command_key)?;
        }
        let ports = Ports {
            rpc: lines.validator.rpc.port(),
            websocket: lines.validator.websocket.port(),
            broker: lines.broker.port(),
        };
        let functions = function.map(FunctionProcess::outbound);
        fs::write(&config, configuration(&ports, &parties.lender, functions)?)?;
        let process = Spec::new("latchkey-keeper", binary("latchkey-keeper")?, directory)
            .args(["run", "--config"])
            .arg(&config)
            .start()?;
        Ok(Self { process, key, lines })
    }
}

/// What the keeper connects to on this machine.
struct Ports {
    rpc: u16,
    websocket: u16,
    broker: u16,
}

/// The keeper's configuration. Without a function elsewhere it holds the command key itself.
fn configuration(ports: &Ports, lender: &Pubkey, functions: Option<OutboundConfig>) -> Result<String> {
    let Ports { rpc, websocket, broker } = ports;
    let command_keys = if functions.is_none() { "\"command.json\"" } else { "" };
    let functions = toml::to_string(&BTreeMap::from([("functions", functions.unwrap_or_default())]))?;
    Ok(format!(
        r#"keypair = "keeper.json"
command_keys = [{command_keys}]

[chain]
rpc_url = "http://127.0.0.1:{rpc}"
websocket_url = "ws://127.0.0.1:{websocket}"
resync_secs = 5

[broker]
host = "127.0.0.1"
port = {broker}

[function]
recheck_secs = 1

[work]
lenders = ["{lender}"]

{functions}"#
    ))
}

/// Writes a key file that the keeper accepts.
fn write_key(path: &Path, key: &Keypair) -> Result<()> {
    Ok(key_file::write(path, &SigningKey::from_bytes(key.secret_bytes()))?)
}

#[cfg(test)]
mod tests {
    use latchkey_keeper::config::Config;
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_keeper_reads_the_configuration_that_is_written_for_it() {
        let elsewhere = OutboundConfig {
            hosts: vec!["function.example".to_owned()],
            loopback: [("function.example".to_owned(), "http://127.0.0.1:4/".to_owned())].into(),
            ca: None,
        };
        for functions in [None, Some(elsewhere)] {
            let directory = TempDir::new().unwrap();
            let path = directory.path().join("keeper.toml");
            let (ports, lender) = (Ports { rpc: 1, websocket: 2, broker: 3 }, Pubkey::new_unique());
            fs::write(&path, configuration(&ports, &lender, functions.clone()).unwrap()).unwrap();
            let config = Config::load(&path).unwrap();
            assert_eq!(config.command_keys.len(), usize::from(functions.is_none()));
            assert_eq!(config.functions, functions.unwrap_or_default());
            assert_eq!((config.broker.port, config.work.lenders), (3, vec![lender]));
        }
    }
}
