use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use latchkey_client::{Pubkey, pda, protocol::sealed::Envelope};
use latchkey_device::config::Config;
use serde::Deserialize;
use tokio::{process::Command, time::sleep};

use super::{broker, keyring};
use crate::{
    localnet::binary,
    process::{Process, Spec},
    story::Car,
};

/// How long the agent may take for what it does at once.
const LIMIT: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// A car whose agent is `latchkey-device`, a process of its own that can be killed and started again at any moment.
#[derive(Debug)]
pub struct ProcessCar {
    /// The agent.
    pub process: Process,
    device_key: Pubkey,
    key_file: PathBuf,
}

/// A car as its agent prints it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Looks {
    /// `parked` or `running`.
    pub ignition: String,
    /// Whether its next start is inhibited.
    pub inhibited: bool,
    /// What it has told the driver.
    pub warnings: Vec<String>,
    /// Starts that were inhibited.
    pub refused_starts: u32,
}

#[derive(Deserialize)]
struct Line {
    car: Looks,
}

impl ProcessCar {
    /// Makes a car with a new key that obeys `command_key`, and starts its agent. Everything it owns is in `directory`.
    pub async fn start(directory: &Path, broker_port: u16, command_key: &Pubkey) -> Result<Self> {
        let key_file = directory.join("device.json");
        let printed = agent(["keygen".as_ref(), "--out".as_ref(), key_file.as_os_str()]).await?;
        let device_key: Pubkey = printed.parse().context("keygen prints the public key")?;
        let settings = Config {
            program: latchkey_client::PROGRAM_ID.to_bytes(),
            vehicle: pda::vehicle(&device_key).to_bytes(),
            // The agent runs in `directory`.
            device_key: "device.json".into(),
            state_dir: "state".into(),
            keyring: keyring(command_key),
            broker: broker(broker_port),
        };
        let config = directory.join("device.toml");
        fs::write(&config, toml::to_string(&settings)?)?;
        let process = Spec::new("latchkey-device", binary("latchkey-device")?, directory)
            .args(["run", "--config"])
            .arg(&config)
            .takes_input()
            .start()?;
        let mut car = Self { process, device_key, key_file };
        car.look().await?;
        Ok(car)
    }

    /// What the car is doing now.
    pub async fn look(&mut self) -> Result<Looks> {
        self.typed("state", |_| true).await
    }

    /// Types a command and waits for a line, printed since, on which the car looks like `wanted`.
    async fn typed(&mut self, command: &str, wanted: impl Fn(&Looks) -> bool) -> Result<Looks> {
        let before = self.process.output().len();
        let input = self.process.input().context("the agent takes no input")?;
        writeln!(input, "{command}").with_context(|| format!("typing {command} to the car"))?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let output = self.process.output();
            let mut lines = output.get(before..).unwrap_or_default().split_inclusive('\n');
            let found = lines.find_map(|line| {
                let whole = line.strip_suffix('\n')?;
                let Line { car } = serde_json::from_str(whole).ok()?;
                wanted(&car).then_some(car)
            });
            if let Some(found) = found {
                return Ok(found);
            }
            self.process.check(deadline, &format!("did not take {command:?}"))?;
            sleep(LOOK).await;
        }
    }
}

#[async_trait]
impl Car for ProcessCar {
    fn device_key(&self) -> Pubkey {
        self.device_key
    }

    async fn enrol(&mut self, lender: &Pubkey, vin_commitment: [u8; 32]) -> Result<Envelope> {
        let program = latchkey_client::PROGRAM_ID.to_string();
        let printed = agent([
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
        let runs = self.typed("start", tried).await?.ignition == "running";
        self.typed("park", |car| car.ignition == "parked").await?;
        Ok(runs)
    }

    async fn warnings(&mut self) -> Result<Vec<String>> {
        Ok(self.look().await?.warnings)
    }
}

/// Runs one of the agent's short commands and returns what it prints.
async fn agent<const N: usize>(arguments: [&std::ffi::OsStr; N]) -> Result<String> {
    let output = Command::new(binary("latchkey-device")?).args(arguments).output().await?;
    if !output.status.success() {
        bail!("latchkey-device ended ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
