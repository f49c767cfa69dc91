use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use latchkey_client::{
    Pubkey, pda,
    protocol::{Key, sealed::Envelope},
};
use latchkey_device::{clock::NetworkTime, config::Config};
use latchkey_tests_processes::{AgentProcess, agent::Looks};
use tokio::process::Command;

use super::{CarKeys, broker, is_released};
use crate::{localnet::binary, story::Car};

/// Where the agent remembers, in its directory.
const STATE: &str = "state";
/// Where what is carried to it is taken, in its directory.
const SOCKET: &str = "socket";

/// A car whose agent is `latchkey-device`, a process of its own that can be killed and started again at any moment.
#[derive(Debug)]
pub struct ProcessCar {
    pub agent: AgentProcess,
    device_key: Pubkey,
    key_file: PathBuf,
}

impl ProcessCar {
    /// Makes a car with a new key that obeys `keys`, and starts its agent. Everything it owns is in `directory`.
    pub async fn start(directory: &Path, broker_port: u16, keys: CarKeys) -> Result<Self> {
        Self::of(directory, binary("latchkey-device")?, broker_port, keys, None).await
    }

    /// The same in a network namespace of its own, where there is no network and no broker. It takes what is
    /// [carried](Self::carry) to it, and codes of this code key.
    pub async fn without_network(directory: &Path, keys: CarKeys, code_key: Key) -> Result<Self> {
        let script = directory.join("without-network");
        let agent = binary("latchkey-device")?;
        fs::write(&script, format!("#!/bin/sh\nexec unshare -rn '{}' \"$@\"\n", agent.display()))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700))?;
        Self::of(directory, script, 1, keys, Some(code_key)).await
    }

    async fn of(
        directory: &Path,
        agent: PathBuf,
        broker_port: u16,
        keys: CarKeys,
        code_key: Option<Key>,
    ) -> Result<Self> {
        let key_file = directory.join("device.json");
        let printed = run(["keygen".as_ref(), "--out".as_ref(), key_file.as_os_str()]).await?;
        let device_key: Pubkey = printed.parse().context("keygen prints the public key")?;
        let settings = Config {
            program: latchkey_client::PROGRAM_ID.to_bytes(),
            vehicle: pda::vehicle(&device_key).to_bytes(),
            // The agent runs in `directory`.
            device_key: "device.json".into(),
            state_dir: STATE.into(),
            network_time: NetworkTime::Always,
            socket: Some(SOCKET.into()),
            root: None,
            serial: None,
            code_key,
            lock_signatures: keys.lock_signatures(),
            keyring: keys.trusted(),
            broker: broker(broker_port),
        };
        let config = directory.join("device.toml");
        fs::write(&config, toml::to_string(&settings)?)?;
        provision(directory).await?;
        let agent = AgentProcess::start(agent, directory, &config).await?;
        Ok(Self { agent, device_key, key_file })
    }

    /// Carries an envelope or a code to the car's socket, and gives back the receipt, as it travels.
    pub async fn carry(&self, brought: &str) -> Result<Envelope> {
        let socket = self.key_file.with_file_name(SOCKET);
        let printed =
            run(["carry".as_ref(), "--socket".as_ref(), socket.as_os_str(), brought.as_ref()]).await?;
        Ok(Envelope::open(&hex::decode(printed)?)?)
    }

    /// The car's present state.
    pub async fn look(&mut self) -> Result<Looks> {
        self.agent.look().await
    }
}

#[async_trait]
impl Car for ProcessCar {
    fn device_key(&self) -> Pubkey {
        self.device_key
    }

    async fn enrol(&mut self, lender: &Pubkey, vin_commitment: [u8; 32]) -> Result<Envelope> {
        let program = latchkey_client::PROGRAM_ID.to_string();
        let printed = run([
            "enrol".as_ref(),
            "--key".as_ref(),
            self.key_file.as_os_str(),
            "--program".as_ref(),
            program.as_ref(),
            "--lender".as_ref(),
            lender.to_string().as_ref(),
            "--vin-commitment".as_ref(),
            hex::encode(vin_commitment).as_ref(),
        ])
        .await?;
        let bytes = hex::decode(printed).context("enrol prints hex")?;
        Ok(Envelope::open(&bytes)?)
    }

    async fn try_start(&mut self) -> Result<bool> {
        let refused = self.look().await?.refused_starts;
        let tried = |car: &Looks| car.ignition == "running" || car.refused_starts > refused;
        let runs = self.agent.type_until("start", tried).await?.ignition == "running";
        self.agent.type_until("park", |car| car.ignition == "parked").await?;
        Ok(runs)
    }

    async fn is_released(&mut self) -> Result<bool> {
        is_released(&self.key_file.with_file_name(STATE))
    }

    async fn warnings(&mut self) -> Result<Vec<String>> {
        Ok(self.look().await?.warnings)
    }
}

/// Writes the first record of the car in `directory`, where its relative paths lead.
async fn provision(directory: &Path) -> Result<()> {
    let arguments = ["provision", "--config", "device.toml"];
    run_in(directory, arguments.map(AsRef::as_ref)).await.map(|_| ())
}

/// Runs one of the agent's short commands and returns what it prints.
async fn run<const N: usize>(arguments: [&OsStr; N]) -> Result<String> {
    run_in(Path::new("."), arguments).await
}

async fn run_in<const N: usize>(directory: &Path, arguments: [&OsStr; N]) -> Result<String> {
    let program = binary("latchkey-device")?;
    let output = Command::new(program).args(arguments).current_dir(directory).output().await?;
    if !output.status.success() {
        bail!("latchkey-device ended ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
