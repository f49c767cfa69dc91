//! `latchkey-function` as a process of its own: behind HTTP, or as a Lambda under cargo-lambda's emulator.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use ed25519_dalek::SigningKey;
use latchkey_link::{http::OutboundConfig, key_file};
use solana_sdk::signature::Keypair;
use tokio::time::sleep;

use crate::{
    localnet::binary,
    process::{Process, Spec, free_port},
};

/// What lenders write down: an https address, as the contract demands. Tests say that its host is on this machine.
pub const URI: &str = "https://function.example/";
/// The same for the operator that signs locks too.
pub const COSIGNER_URI: &str = "https://cosigner.example/";

/// How long a start may take.
const START: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);
const NAME: &str = "latchkey-function";

/// Where car functions run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Site {
    /// In the keeper's process.
    #[default]
    Embedded,
    /// As a process that serves HTTP.
    Http,
    /// As a Lambda, under an emulator on this machine.
    Lambda,
}

impl Site {
    /// The address that the lender writes down.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Embedded => "",
            Self::Http | Self::Lambda => URI,
        }
    }
}

/// The emulator of AWS Lambda: `cargo lambda watch`. It hands invocations to whichever function asks it for them.
#[derive(Debug)]
struct Emulator {
    _process: Process,
    port: u16,
}

/// A running function. It is killed when this is dropped.
#[derive(Debug)]
pub struct FunctionProcess {
    process: Process,
    /// What its https address has in the place of this machine's.
    host: &'static str,
    address: String,
    health: String,
    _emulator: Option<Emulator>,
}

impl FunctionProcess {
    /// Whether this machine has the emulator; if not, it says on standard error how to get it.
    pub fn has_emulator() -> bool {
        let found = emulator().is_some();
        if !found {
            eprintln!(
                "skipped: no cargo-lambda; `cargo xtask setup lambda` installs it, LATCHKEY_CARGO_LAMBDA names it"
            );
        }
        found
    }

    /// Starts one in `directory` that reads the chain from `rpc_url`, signs with `command_key` and sends through the broker
    /// at `broker_port`.
    pub async fn start(
        site: Site,
        directory: &Path,
        rpc_url: &str,
        broker_port: u16,
        command_key: &Keypair,
    ) -> Result<Self> {
        key_file::write(
            &directory.join("command.json"),
            &SigningKey::from_bytes(command_key.secret_bytes()),
        )?;
        let config = directory.join("function.toml");
        fs::write(&config, configuration(rpc_url, broker_port))?;
        let spec = Spec::new(NAME, binary(NAME)?, directory).arg("--config").arg(&config);
        let (spec, address, emulator) = match site {
            Site::Embedded => bail!("a function in the keeper's process is no process of its own"),
            Site::Http => {
                let port = free_port()?;
                let address = format!("http://127.0.0.1:{port}/");
                (spec.args(["--listen", &format!("127.0.0.1:{port}")]), address, None)
            }
            Site::Lambda => {
                let emulator = Emulator::start(directory).await?;
                let port = emulator.port;
                let spec = spec
                    .env("AWS_LAMBDA_RUNTIME_API", format!("http://127.0.0.1:{port}/.rt/{NAME}"))
                    .env("AWS_LAMBDA_FUNCTION_NAME", NAME)
                    .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
                    .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
                    .env("AWS_LAMBDA_LOG_GROUP_NAME", NAME)
                    .env("AWS_LAMBDA_LOG_STREAM_NAME", NAME);
                (spec, format!("http://127.0.0.1:{port}/lambda-url/{NAME}/"), Some(emulator))
            }
        };
        let health = format!("{address}healthz");
        let host = host_of(URI);
        let mut function = Self { process: spec.start()?, host, address, health, _emulator: emulator };
        function.ready().await?;
        Ok(function)
    }

    /// The same, run by the operator that signs locks too.
    #[must_use]
    pub fn of_cosigner(self) -> Self {
        Self { host: host_of(COSIGNER_URI), ..self }
    }

    /// What a keeper's configuration says to reach it.
    pub fn outbound(&self) -> OutboundConfig {
        OutboundConfig {
            hosts: vec![self.host.to_owned()],
            loopback: [(self.host.to_owned(), self.address.clone())].into(),
            ca: None,
        }
    }

    /// Where it is on this machine.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The process, to be watched or ended.
    pub fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Starts it again after it was killed.
    pub async fn start_again(&mut self) -> Result<()> {
        self.process.start_again()?;
        self.ready().await
    }

    /// Waits until it reads the chain.
    async fn ready(&mut self) -> Result<()> {
        let client = latchkey_link::http::client().timeout(Duration::from_secs(5)).build()?;
        let deadline = std::time::Instant::now() + START;
        loop {
            let healthy =
                client.get(&self.health).send().await.is_ok_and(|answer| answer.status().is_success());
            if healthy {
                return Ok(());
            }
            self.process.check(deadline, "never became healthy")?;
            sleep(LOOK).await;
        }
    }
}

impl Emulator {
    async fn start(directory: &Path) -> Result<Self> {
        let program = emulator().context(
            "there is no cargo-lambda on this machine: `cargo xtask setup lambda` installs it, LATCHKEY_CARGO_LAMBDA names it",
        )?;
        // It wants a package to watch, although it starts nothing of it.
        let package = directory.join("watched");
        fs::create_dir_all(package.join("src"))?;
        fs::write(package.join("src/main.rs"), "fn main() {}\n")?;
        let manifest =
            format!("[package]\nname = \"{NAME}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n");
        fs::write(package.join("Cargo.toml"), manifest)?;
        let port = free_port()?;
        let mut process = Spec::new("cargo-lambda", program, &package)
            .args(["lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", &port.to_string()])
            .start()?;
        process.port(port, START).await?;
        Ok(Self { _process: process, port })
    }
}

fn host_of(uri: &'static str) -> &'static str {
    uri.split('/').nth(2).unwrap_or_default()
}

fn emulator() -> Option<PathBuf> {
    let named = env::var_os("LATCHKEY_CARGO_LAMBDA").map(PathBuf::from);
    named.filter(|path| path.exists()).or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).map(|directory| directory.join("cargo-lambda")).find(|path| path.exists())
    })
}

fn configuration(rpc_url: &str, broker_port: u16) -> String {
    format!(
        r#"command_keys = ["command.json"]
max_wait_secs = 10

[chain]
rpc_urls = ["{rpc_url}"]

[broker]
host = "127.0.0.1"
port = {broker_port}

[function]
recheck_secs = 1
"#
    )
}
