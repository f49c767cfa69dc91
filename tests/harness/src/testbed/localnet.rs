use std::{fs, time::Duration};

use anyhow::Result;
use latchkey_client::instructions::LoanKeys;
use tempfile::TempDir;
use tokio::time::sleep;

use super::keeper::KeeperProcess;
use crate::{
    broker::Mosquitto,
    car::{CarKeys, ProcessCar},
    function::{FunctionProcess, Site},
    localnet::Localnet,
    process::Process,
    story::{Observer, Parties, RpcChain, Script, Story},
};

/// How often the processes are checked.
const LOOK: Duration = Duration::from_millis(250);

/// A testbed of processes: a validator, mosquitto, `latchkey-device` and `latchkey-keeper`, each of which can be killed
/// and started again. Dropping it ends them all.
pub struct LocalTestbed {
    // Fields are dropped in this order: a process ends before those that it uses.
    pub keeper: KeeperProcess,
    /// The function, if it is a process of its own.
    pub function: Option<FunctionProcess>,
    pub car: ProcessCar,
    pub broker: Mosquitto,
    /// The validator.
    pub localnet: Localnet,
    /// The ledger as lender and borrower see it, past every gate.
    pub chain: RpcChain,
    directory: TempDir,
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
        let car = ProcessCar::start(&place("car")?, broker.port(), CarKeys::of(parties)).await?;
        let chain = RpcChain::new(&localnet.url());
        let function = match site {
            Site::Embedded => None,
            Site::Http | Site::Lambda => {
                let (place, key) = (place("function")?, &parties.command_key);
                Some(FunctionProcess::start(site, &place, &localnet.url(), broker.port(), key).await?)
            }
        };
        let keeper =
            KeeperProcess::start(&place("keeper")?, &localnet, &broker, parties, function.as_ref()).await?;
        Ok(Self { keeper, function, car, broker, localnet, chain, directory })
    }

    /// One more keeper, on the same cluster and broker, with the same command key. Its directory is called `name`.
    pub async fn another_keeper(&self, name: &str, parties: &Parties) -> Result<KeeperProcess> {
        let directory = self.directory.path().join(name);
        fs::create_dir(&directory)?;
        let Self { localnet, broker, function, .. } = self;
        KeeperProcess::start(&directory, localnet, broker, parties, function.as_ref()).await
    }

    /// Runs a story here. Returns whether the books balance and the car behaved; fails as soon as a process ends.
    pub async fn live(
        &mut self,
        parties: &Parties,
        script: Script,
        observer: &mut dyn Observer,
    ) -> Result<bool> {
        let (story, processes) = self.story(parties, script, observer);
        tokio::select! {
            told = story.run() => told,
            ended = ended(processes) => ended,
        }
    }

    /// Writes a story's loan here, and leaves what happens then to others. Fails as soon as a process ends.
    pub async fn begin(
        &mut self,
        parties: &Parties,
        script: Script,
        observer: &mut dyn Observer,
    ) -> Result<LoanKeys> {
        let (story, processes) = self.story(parties, script, observer);
        tokio::select! {
            keys = story.begin() => keys,
            ended = ended(processes) => ended,
        }
    }

    /// Returns when a process has ended, with how.
    pub async fn ended<T>(&mut self) -> Result<T> {
        let Self { keeper, function, broker, localnet, .. } = self;
        ended(running(keeper, function, broker, localnet)).await
    }

    fn story<'a>(
        &'a mut self,
        parties: &'a Parties,
        script: Script,
        observer: &'a mut dyn Observer,
    ) -> (Story<'a>, Vec<&'a mut Process>) {
        let Self { keeper, function, car, broker, localnet, chain, .. } = self;
        let story = Story { chain, parties, car, keeper: keeper.key, script, observer };
        (story, running(keeper, function, broker, localnet))
    }

    /// The processes whose output shows what Latchkey did.
    pub fn processes(&self) -> Vec<&Process> {
        let function = self.function.as_ref().map(FunctionProcess::process);
        [&self.keeper.process, &self.car.agent.process, self.broker.process()]
            .into_iter()
            .chain(function)
            .collect()
    }

    /// Asks keeper and car to end, and waits until they have.
    pub async fn stop(mut self) -> Result<()> {
        for process in [&mut self.keeper.process, &mut self.car.agent.process] {
            let status = process.terminate(Duration::from_secs(30)).await?;
            if !status.success() {
                return Err(process.blamed(format!("{} ended ({status})", process.name())));
            }
        }
        Ok(())
    }
}

/// What must run while a story does. The car is the story's.
fn running<'a>(
    keeper: &'a mut KeeperProcess,
    function: &'a mut Option<FunctionProcess>,
    broker: &'a mut Mosquitto,
    localnet: &'a mut Localnet,
) -> Vec<&'a mut Process> {
    let function = function.as_mut().map(FunctionProcess::process_mut);
    let processes = [Some(&mut keeper.process), function, Some(broker.process_mut()), localnet.process_mut()];
    processes.into_iter().flatten().collect()
}

/// Returns when one of them has ended, with how.
async fn ended<T>(mut processes: Vec<&mut Process>) -> Result<T> {
    loop {
        sleep(LOOK).await;
        for process in &mut processes {
            process.alive()?;
        }
    }
}
