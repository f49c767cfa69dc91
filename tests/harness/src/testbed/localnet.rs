use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::Result;
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_link::{http::OutboundConfig, key_file};
use solana_sdk::{native_token::LAMPORTS_PER_SOL, signature::Keypair, signer::Signer};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    broker::Mosquitto,
    car::ProcessCar,
    function::{FunctionProcess, Site},
    gate::{Gate, Passage, TwinGate},
    localnet::{Localnet, binary},
    process::{Process, Spec},
    story::{Chain, Observer, Parties, RpcChain, Script, Story},
};

/// How often the processes are checked.
const LOOK: Duration = Duration::from_millis(250);

/// A testbed of processes: a validator, mosquitto, `latchkey-device` and `latchkey-keeper`, each of which can be killed
/// and started again. Dropping it ends them all.
pub struct LocalTestbed {
    // Fields are dropped in this order: a process ends before those that it uses.
    pub keeper: Process,
    /// The function, if it is a process of its own.
    pub function: Option<FunctionProcess>,
    pub car: ProcessCar,
    /// The keeper's lines to the others.
    pub lines: Lines,
    pub broker: Mosquitto,
    /// The validator.
    pub localnet: Localnet,
    /// The ledger as lender and borrower see it, past every gate.
    pub chain: RpcChain,
    pub keeper_key: Pubkey,
    _directory: TempDir,
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

impl LocalTestbed {
    /// Sets everything up for `parties`, with a validator of its own or the one that the environment names.
    pub async fn start(parties: &Parties) -> Result<Self> {
        Self::on(Localnet::from_environment().await?, parties).await
    }

    /// Sets up everything but the validator, with the function in the keeper's process.
    pub async fn on(localnet: Localnet, parties: &Parties) -> Result<Self> {
        Self::with_function(localnet, parties, Site::Embedded).await
    }

    /// The same with the function elsewhere. Then the keeper holds no command key.
    pub async fn with_function(localnet: Localnet, parties: &Parties, site: Site) -> Result<Self> {
        let directory = TempDir::new()?;
        let place = |name: &str| {
            let path = directory.path().join(name);
            fs::create_dir(&path).map(|()| path)
        };
        let broker = Mosquitto::start(&place("broker")?).await?;
        let car = ProcessCar::start(&place("car")?, broker.port(), &parties.command_key.pubkey()).await?;
        let lines = Lines {
            validator: TwinGate::to(localnet.rpc_port(), localnet.websocket_port()).await?,
            broker: Gate::to(broker.port()).await?,
        };
        let chain = RpcChain::new(&localnet.url());
        let keypair = Keypair::new();
        let keeper_key = keypair.pubkey();
        chain.airdrop(&keeper_key, LAMPORTS_PER_SOL).await?;
        let function = match site {
            Site::Embedded => None,
            Site::Http | Site::Lambda => {
                let (place, key) = (place("function")?, &parties.command_key);
                Some(FunctionProcess::start(site, &place, &localnet.url(), broker.port(), key).await?)
            }
        };
        let keeper = keeper(&place("keeper")?, &keypair, parties, &lines, function.as_ref())?;
        Ok(Self { keeper, function, car, lines, broker, localnet, chain, keeper_key, _directory: directory })
    }

    /// Runs a story here. Returns whether the books balance and the car behaved; fails as soon as a process ends.
    pub async fn live(
        &mut self,
        parties: &Parties,
        script: Script,
        observer: &mut dyn Observer,
    ) -> Result<bool> {
        let Self { keeper, function, car, broker, localnet, chain, keeper_key, .. } = self;
        let story = Story { chain, parties, car, keeper: *keeper_key, script, observer };
        tokio::select! {
            told = story.run() => told,
            ended = async {
                loop {
                    sleep(LOOK).await;
                    let function = function.as_mut().map(FunctionProcess::process_mut);
                    let processes =
                        [Some(&mut *keeper), function, Some(broker.process_mut()), localnet.process_mut()];
                    for process in processes.into_iter().flatten() {
                        process.alive()?;
                    }
                }
            } => ended,
        }
    }

    /// The processes whose output shows what Latchkey did.
    pub fn processes(&self) -> Vec<&Process> {
        let function = self.function.as_ref().map(FunctionProcess::process);
        [&self.keeper, &self.car.agent.process, self.broker.process()].into_iter().chain(function).collect()
    }

    /// Asks keeper and car to end, and waits until they have.
    pub async fn stop(mut self) -> Result<()> {
        for process in [&mut self.keeper, &mut self.car.agent.process] {
            let status = process.terminate(Duration::from_secs(30)).await?;
            if !status.success() {
                return Err(process.blamed(format!("{} ended ({status})", process.name())));
            }
        }
        Ok(())
    }
}

/// Starts a keeper whose lines all lead through gates.
fn keeper(
    directory: &Path,
    keypair: &Keypair,
    parties: &Parties,
    lines: &Lines,
    function: Option<&FunctionProcess>,
) -> Result<Process> {
    write_key(&directory.join("keeper.json"), keypair)?;
    let config = directory.join("keeper.toml");
    if function.is_none() {
        write_key(&directory.join("command.json"), &parties.command_key)?;
    }
    let ports = Ports {
        rpc: lines.validator.rpc.port(),
        websocket: lines.validator.websocket.port(),
        broker: lines.broker.port(),
    };
    fs::write(&config, configuration(&ports, function.map(FunctionProcess::outbound))?)?;
    Spec::new("latchkey-keeper", binary("latchkey-keeper")?, directory)
        .args(["run", "--config"])
        .arg(&config)
        .start()
}

/// What the keeper connects to on this machine.
struct Ports {
    rpc: u16,
    websocket: u16,
    broker: u16,
}

/// The keeper's configuration. Without a function elsewhere it holds the command key itself.
fn configuration(ports: &Ports, functions: Option<OutboundConfig>) -> Result<String> {
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
            let ports = Ports { rpc: 1, websocket: 2, broker: 3 };
            fs::write(&path, configuration(&ports, functions.clone()).unwrap()).unwrap();
            let config = Config::load(&path).unwrap();
            assert_eq!(config.command_keys.len(), usize::from(functions.is_none()));
            assert_eq!(config.functions, functions.unwrap_or_default());
            assert_eq!(config.broker.port, 3);
        }
    }
}
