//! A real Agave validator: one of its own, with the program in its genesis, or one that runs already.

use std::{
    env,
    net::Ipv4Addr,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
pub use latchkey_tests_processes::built::{binary, program_bytes};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

use crate::process::{Process, Spec, free_ports};

/// Ports a validator takes beside RPC: gossip, QUIC, repair and the like.
const OTHER_PORTS: usize = 48;
const START: Duration = Duration::from_secs(90);

/// A validator to send transactions to.
#[derive(Debug)]
pub struct Localnet {
    rpc_port: u16,
    websocket_port: u16,
    /// The process and its ledger, if it is ours.
    own: Option<(Process, TempDir)>,
}

impl Localnet {
    /// The validator that `ANCHOR_PROVIDER_URL` names if one runs there, otherwise one of its own.
    ///
    /// `anchor test` names a validator whether or not it has started it.
    pub async fn from_environment() -> Result<Self> {
        if let Ok(url) = env::var("ANCHOR_PROVIDER_URL")
            && TcpStream::connect((Ipv4Addr::LOCALHOST, port_of(&url)?)).await.is_ok()
        {
            return Self::attach(&url).await;
        }
        Self::start().await
    }

    /// Starts a validator on free ports, with an empty ledger and the program deployed from its bytes.
    pub async fn start() -> Result<Self> {
        let program = program_bytes()?;
        let directory = TempDir::new()?;
        let ports = free_ports::<OTHER_PORTS>()?;
        let [rpc, websocket, faucet, gossip, dynamic, ..] = ports;
        let spec = Spec::new("solana-test-validator", executable(), directory.path())
            .args(["--reset", "--bind-address", "127.0.0.1", "--ledger"])
            .arg(directory.path().join("ledger"))
            .args(["--rpc-port", &rpc.to_string(), "--faucet-port", &faucet.to_string()])
            .args(["--gossip-port", &gossip.to_string()])
            .args(["--dynamic-port-range", &format!("{dynamic}-{}", ports[OTHER_PORTS - 1])])
            .args(["--upgradeable-program", &latchkey_client::PROGRAM_ID.to_string()])
            .arg(program)
            .arg("none");
        let mut process =
            spec.start().context("`cargo xtask setup localnet` installs solana-test-validator")?;
        process.port(rpc, START).await?;
        let localnet = Self { rpc_port: rpc, websocket_port: websocket, own: Some((process, directory)) };
        localnet.ready().await?;
        Ok(localnet)
    }

    /// A validator that runs on this machine. Its websocket is one port above its RPC, as Agave has it.
    pub async fn attach(url: &str) -> Result<Self> {
        let rpc_port = port_of(url)?;
        let localnet = Self { rpc_port, websocket_port: rpc_port + 1, own: None };
        localnet.ready().await?;
        Ok(localnet)
    }

    /// The process, if it is ours.
    pub fn process(&self) -> Option<&Process> {
        self.own.as_ref().map(|(process, _)| process)
    }

    /// The same, to be watched or ended.
    pub fn process_mut(&mut self) -> Option<&mut Process> {
        self.own.as_mut().map(|(process, _)| process)
    }

    pub fn rpc_port(&self) -> u16 {
        self.rpc_port
    }

    pub fn websocket_port(&self) -> u16 {
        self.websocket_port
    }

    /// Its RPC address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.rpc_port)
    }

    /// Waits until it is healthy, confirms blocks, and runs the program.
    async fn ready(&self) -> Result<()> {
        let rpc = RpcClient::new_with_commitment(self.url(), CommitmentConfig::confirmed());
        let deadline = Instant::now() + START;
        loop {
            let healthy = rpc.get_health().await.is_ok();
            // What genesis deploys can be called from the slot after it.
            let moves = rpc.get_slot().await.is_ok_and(|slot| slot > 1);
            if healthy && moves {
                break;
            }
            if Instant::now() > deadline {
                bail!("the validator at {} is not healthy after {START:?}", self.url());
            }
            sleep(Duration::from_millis(100)).await;
        }
        let program = rpc.get_account(&latchkey_client::PROGRAM_ID).await;
        let deployed = program.is_ok_and(|account| account.executable);
        if !deployed {
            bail!("the validator at {} does not run {}", self.url(), latchkey_client::PROGRAM_ID);
        }
        Ok(())
    }
}

fn port_of(url: &str) -> Result<u16> {
    let port = url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
    port.with_context(|| format!("{url} does not end with a port"))
}

fn executable() -> PathBuf {
    env::var_os("LATCHKEY_VALIDATOR").map_or_else(|| "solana-test-validator".into(), PathBuf::from)
}
