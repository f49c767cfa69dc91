//! The MQTT broker that brings functions and cars together.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::{Process, Spec, free_port};

const START: Duration = Duration::from_secs(25);

/// A mosquitto on a free port of this machine. It ends with this value.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    port: u16,
    /// Its directory, if it is its own.
    directory: Option<TempDir>,
}

impl Mosquitto {
    /// Whether this machine has one to start; if not, it says on standard error how to get one.
    pub fn is_installed() -> bool {
        let found = executable().is_some();
        if !found {
            eprintln!("skipped: no mosquitto; `cargo xtask setup` installs it, LATCHKEY_MOSQUITTO names it");
        }
        found
    }

    /// The program to start.
    pub fn program() -> PathBuf {
        executable().unwrap_or_else(|| "mosquitto".into())
    }

    /// Starts one that serves every client of this machine; configuration and log go to `directory`.
    pub async fn start(directory: &Path) -> Result<Self> {
        Self::configured(directory, "allow_anonymous true\n").await
    }

    /// Starts one that serves every client of this machine, in a directory of its own.
    pub async fn alone() -> Result<Self> {
        Self::alone_with(|_| "allow_anonymous true\n".to_owned()).await
    }

    /// Starts one in a directory of its own, with these lines of configuration, whose files are in that directory.
    pub async fn alone_with(settings: impl FnOnce(&Path) -> String) -> Result<Self> {
        let directory = TempDir::new()?;
        let broker = Self::configured(directory.path(), &settings(directory.path())).await?;
        Ok(Self { directory: Some(directory), ..broker })
    }

    async fn configured(directory: &Path, settings: &str) -> Result<Self> {
        let mut refused = None;
        // Another program may take the port between our look and the broker's: then the next one is tried.
        for _ in 0..10 {
            let port = free_port()?;
            let configuration = directory.join("mosquitto.conf");
            // Nothing is retained across a restart: commands and receipts do not rely on the broker's memory. Started
            // by root, mosquitto would become another user, who may not read the test's files; for others, `user`
            // means nothing.
            let lines = format!(
                "listener {port} 127.0.0.1\npersistence false\nset_tcp_nodelay true\nlog_dest stderr\nuser root\n{settings}"
            );
            fs::write(&configuration, lines)?;
            let spec = Spec::new("mosquitto", Self::program(), directory).arg("-c").arg(&configuration);
            let mut process = spec.start().context("`cargo xtask setup` installs mosquitto")?;
            match process.port(port, START).await.and_then(|()| process.alive()) {
                Ok(()) => return Ok(Self { process, port, directory: None }),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.context("mosquitto was never started")?)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A file in the directory of its own.
    ///
    /// # Panics
    ///
    /// If it was started in the caller's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.as_ref().expect("a directory of its own").path().join(name)
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The process, to be watched or ended.
    pub fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Kills it: connections, sessions and messages are lost.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// Starts it again on the same port after it was killed.
    pub async fn start_again(&mut self) -> Result<()> {
        self.process.start_again()?;
        self.process.port(self.port, START).await
    }

    /// Kills it and starts it again on the same port.
    pub async fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.start_again().await
    }
}

/// The one that `cargo xtask` found, or the one of this machine.
fn executable() -> Option<PathBuf> {
    if let Some(named) = env::var_os("LATCHKEY_MOSQUITTO") {
        return Some(named.into());
    }
    // Debian keeps it where only root's PATH leads.
    let debian = Path::new("/usr/sbin/mosquitto").to_owned();
    let on_path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&on_path).map(|directory| directory.join("mosquitto"));
    [debian].into_iter().chain(on_path).find(|path| path.exists())
}
