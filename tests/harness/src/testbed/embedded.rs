use std::{fs, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_device::clock::VirtualClock;
use latchkey_function::{
    CommandKeys, Function, FunctionConfig,
    mqtt::{MqttConfig, MqttCourier},
};
use latchkey_keeper::{
    core::{LOCKS_PER_HOUR, Policy},
    functions::{AtAddress, Embedded, Routed},
    keeper::{Keeper, Stopped},
};
use latchkey_link::http::{Outbound, OutboundConfig};
use solana_sdk::{native_token::LAMPORTS_PER_SOL, signature::Keypair, signer::Signer};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    broker::EmbeddedBroker,
    car::{CarKeys, EmbeddedCar},
    function::{FunctionProcess, Site},
    gate::Gate,
    ledger::{Svm, SvmLedger},
    localnet::program_bytes,
    rpc::SvmRpc,
    story::{Observer, Parties, Script, Story, SvmChain},
};

/// When stories begin: New Year's Day 2027, 09:00 UTC. The first instalment is then due on the last of January, so that
/// months of every length occur.
const BEGINNING: i64 = 1_798_794_000;
/// How long the keeper may take to finish what is under way.
const DRAIN: Duration = Duration::from_secs(5);

/// A testbed in this process: the program's real bytes in LiteSVM, the clock virtual, the broker in a thread, and car,
/// function and keeper as tasks in real time. The function can be a process of its own, which reads the ledger by RPC.
pub struct EmbeddedTestbed {
    /// The ledger.
    pub chain: SvmChain,
    pub car: EmbeddedCar,
    /// The keeper's address.
    pub keeper: Pubkey,
    /// The function, if it is a process of its own.
    pub function: Option<FunctionProcess>,
    /// The function of the operator that signs locks too.
    pub cosigner: Option<FunctionProcess>,
    /// The car's line to the broker.
    pub car_line: Arc<Gate>,
    rpc: SvmRpc,
    shutdown: CancellationToken,
    work: JoinHandle<Result<(), Stopped>>,
    _directory: TempDir,
}

impl EmbeddedTestbed {
    /// Sets everything up for `parties`, with the program that was built last, and the function in the keeper's process.
    pub async fn start(parties: &Parties) -> Result<Self> {
        Self::with_function(parties, Site::Embedded).await
    }

    /// The same with the function elsewhere. Must be called within a Tokio runtime.
    pub async fn with_function(parties: &Parties, site: Site) -> Result<Self> {
        let path = program_bytes()?;
        let program = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let directory = TempDir::new()?;
        let svm = Svm::new(&program, BEGINNING)?;
        let clock = VirtualClock::default();
        let chain = SvmChain::new(svm.clone(), clock.clone());
        let broker = EmbeddedBroker::start()?;
        let car_line = Arc::new(Gate::to(broker.port()).await?);
        let car_memory = directory.path().join("car");
        fs::create_dir(&car_memory)?;
        let car = EmbeddedCar::start(&car_memory, car_line.port(), CarKeys::of(parties), Arc::new(clock))?;

        let signing = SigningKey::from_bytes(&rand::random());
        let keypair = Keypair::try_from(&signing.to_keypair_bytes()[..])?;
        let keeper = keypair.pubkey();
        svm.airdrop(&keeper, LAMPORTS_PER_SOL)?;
        let rpc = SvmRpc::start(svm.clone()).await?;
        let function = match site {
            Site::Embedded => None,
            Site::Http | Site::Lambda => {
                let (place, key) = (directory.path(), &parties.command_key);
                Some(FunctionProcess::start(site, place, &rpc.url(), broker.port(), key).await?)
            }
        };
        let cosigner = match &parties.cosigner {
            None => None,
            Some(key) => {
                let place = directory.path().join("cosigner");
                fs::create_dir(&place)?;
                let url = rpc.url();
                let started = FunctionProcess::start(Site::Http, &place, &url, broker.port(), key).await?;
                Some(started.of_cosigner())
            }
        };
        let mut outbound = OutboundConfig::default();
        for reached in function.iter().chain(&cosigner).map(FunctionProcess::outbound) {
            outbound.hosts.extend(reached.hosts);
            outbound.loopback.extend(reached.loopback);
        }
        let here = match &function {
            Some(_) => None,
            None => Some(embedded(parties, &svm, broker.port(), signing.clone())?),
        };
        // What the car says is left to the function: so it is the function that is tried.
        let functions = Routed::new(here, AtAddress::new(Outbound::new(&outbound)?, signing, None));
        let command_keys = if function.is_none() { vec![parties.command_key.pubkey()] } else { Vec::new() };
        let keeper_at_work = Keeper {
            address: keeper,
            policy: Policy {
                min_fee: 0,
                lenders: Vec::new(),
                command_keys,
                locks_per_hour: LOCKS_PER_HOUR,
                hosts: outbound.hosts()?,
            },
            ledger: Arc::new(SvmLedger::new(svm, keypair)),
            functions: Arc::new(functions),
            drain: DRAIN,
        };
        let shutdown = CancellationToken::new();
        let work = tokio::spawn(keeper_at_work.run(shutdown.clone()));
        Ok(Self {
            chain,
            car,
            keeper,
            function,
            cosigner,
            car_line,
            rpc,
            shutdown,
            work,
            _directory: directory,
        })
    }

    /// Runs a story here. Returns whether the books balance and the car behaved; fails if anything stops.
    pub async fn live(
        &mut self,
        parties: &Parties,
        script: Script,
        observer: &mut dyn Observer,
    ) -> Result<bool> {
        let Self { chain, car, keeper, work, .. } = self;
        let story = Story { chain, parties, car, keeper: *keeper, script, observer };
        tokio::select! {
            told = story.run() => told,
            ended = work => {
                ended??;
                bail!("the keeper stopped by itself")
            }
        }
    }

    /// Where the ledger's RPC node is.
    pub fn rpc_url(&self) -> String {
        self.rpc.url()
    }

    /// Kills the keeper this instant, with what it has under way.
    pub async fn kill_keeper(&mut self) {
        self.work.abort();
        _ = (&mut self.work).await;
    }

    /// Waits until the work under way has ended.
    pub async fn stop(self) -> Result<()> {
        self.shutdown.cancel();
        self.work.await??;
        self.car.stop().await
    }
}

/// The function in this process.
fn embedded(parties: &Parties, svm: &Svm, broker_port: u16, keeper: SigningKey) -> Result<Embedded> {
    let courier = MqttCourier::connect(&MqttConfig {
        host: "127.0.0.1".to_owned(),
        port: broker_port,
        ..MqttConfig::default()
    })?;
    let command_key = SigningKey::from_keypair_bytes(&parties.command_key.to_bytes())?;
    let keys = CommandKeys::new([command_key]);
    let function = Function::new(FunctionConfig::default(), keys, Arc::new(svm.clone()), Arc::new(courier));
    Ok(Embedded::new(function, keeper))
}
