use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};

use crate::process::{Process, Spec, free_port};

const START: Duration = Duration::from_secs(10);

/// A mosquitto of its own on a free port of this machine. It ends with this value.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    port: u16,
}

impl Mosquitto {
    /// Starts it; configuration and log go to `directory`.
    pub async fn start(directory: &Path) -> Result<Self> {
        let port = free_port()?;
        let configuration = directory.join("mosquitto.conf");
        // Loopback only, so anybody who reaches it may use it. Nothing is retained across a restart: commands and receipts
        // do not rely on the broker's memory.
        let settings =
            format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\n");
        fs::write(&configuration, settings)?;
        let spec = Spec::new("mosquitto", executable(), directory).arg("-c").arg(&configuration);
        let mut process = spec.start().context("`cargo xtask setup` installs mosquitto")?;
        process.port(port, START).await?;
        Ok(Self { process, port })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The process, to be watched or ended.
    pub fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Kills it and starts it again on the same port: every connection and session is lost.
    pub async fn restart(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.start_again()?;
        self.process.port(self.port, START).await
    }
}

/// The one that `cargo xtask` found, or the one on PATH.
fn executable() -> PathBuf {
    if let Some(named) = env::var_os("LATCHKEY_MOSQUITTO") {
        return named.into();
    }
    // Debian keeps it where only root's PATH leads.
    let debian = Path::new("/usr/sbin/mosquitto");
    if debian.exists() { debian.to_owned() } else { "mosquitto".into() }
}
