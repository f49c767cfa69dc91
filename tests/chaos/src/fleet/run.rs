//! The run of one seed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use latchkey_client::accounts::ProgramAccount;
use latchkey_client::latchkey::state::{Calendar, Terms};
use latchkey_device::clock::VirtualClock;
use latchkey_harness::story::{Script, SvmChain};
use latchkey_keeper::core::Gauges;
use latchkey_keeper::keeper::Shutdown;
use solana_sdk::signer::Signer as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::audit::{self, Sums};
use super::borrower::{Borrower, send};
use super::car::{Broker, Car};
use super::chain::{Chain, SLOT_MS};
use super::genesis::{Genesis, START};
use super::keeper::keep;
use super::lie::Lie;
use super::oracle::{Oracle, is_right};
use super::plan::{Fault, PERIOD, Payer, Plan};
use super::world::{World, lock};

/// One instalment, base units.
pub const INSTALMENT: u64 = 100_000_000;
/// What a loan's escrow begins with, lamports.
const FUNDING: u64 = 60_000_000;
/// How often every loan is looked at, seconds.
const LOOK: u64 = 5;
/// A run goes on for so long after the last fault has ended, and at least so long in all, seconds.
const QUIET: u64 = 300;
const SHORTEST: u64 = 1_100;
/// A fault that has had no effect by then never will, seconds.
const LONGEST: u64 = 3_000;
/// A call whose time is over is cleared away within so many seconds.
const CLEARED: i64 = 150;
/// What is on its way at the end arrives within so many slots.
const SETTLE_SLOTS: u32 = 60;
/// The most transactions for each loan of a run, its borrower's among them. One that is locked and cured takes about
/// twenty, and each failure costs a few more.
const MOST_TRANSACTIONS: u64 = 60;
/// When lenders with a closed treasury close it, and open it again, seconds.
const TREASURY_CLOSED: std::ops::Range<u64> = 250..950;

/// What became of a seed.
#[derive(Debug)]
pub struct Report {
    pub seed: u64,
    pub loans: usize,
    pub secs: u64,
    pub fired: BTreeMap<Fault, u64>,
    pub locks: u64,
    pub unlocks: u64,
    pub sums: Sums,
    /// The longest that a lock and an unlock waited once nothing was wrong, seconds.
    pub waited: (u64, u64),
    pub trace: u64,
    pub noted: u64,
}

/// The terms of a loan.
pub fn terms(plan: &super::plan::LoanPlan) -> Terms {
    Terms {
        instalment: INSTALMENT,
        count: 200,
        first_due: START + plan.first_due,
        calendar: Calendar::seconds(PERIOD),
        grace_secs: plan.grace_secs,
        notice_secs: plan.notice_secs,
        late_fee: 1_000_000,
        late_after_secs: 15,
        lock_ttl_secs: 86_400,
        ..Script::minute().terms
    }
}

/// Runs a seed, and checks what must be true of it.
pub async fn run(plan: &Plan, lie: Option<Lie>) -> Result<Report> {
    let genesis = Genesis::get().await?;
    let svm = genesis.svm.copy();
    let clock = VirtualClock::at(START);
    let setup = SvmChain::new(svm.clone(), clock.clone());
    let (mut borrowers, mut cars) = (Vec::new(), BTreeMap::new());
    for (number, loan) in plan.loans.iter().enumerate() {
        let (identity, vehicle) = &genesis.cars[number];
        let lender = genesis.lender(number);
        let parties = &lender.parties;
        let (keys, _) = parties.originate_with(&setup, *vehicle, terms(loan), FUNDING).await?;
        let pays_off = (number % 7 == 0 && matches!(loan.payer, Payer::Ahead(_))).then_some(700);
        borrowers.push(Borrower::new(keys, *loan, pays_off));
        cars.insert(*vehicle, Car::new(identity.clone(), clock.clone(), *loan));
    }
    let known = svm.records().len();
    let mut chain = Chain::new(svm, plan.seed);
    chain.confirms_at_once = lie == Some(Lie::ConfirmsAtOnce);
    let mut world = World::new(chain, plan, lie);
    let parties = &genesis.lenders[0].parties;
    world.closing = (parties.lender, parties.treasury);
    let world = Arc::new(Mutex::new(world));
    let broker = Broker::new(Arc::clone(&world), cars);
    let mut living =
        Life { plan, genesis, broker, borrowers, clock, oracle: Oracle::default(), wrong: Vec::new() };

    let shutdown = Shutdown::default();
    let gauges: Vec<_> = (0..plan.keepers).map(|_| Arc::new(watch::Sender::default())).collect();
    let mut keepers = JoinSet::new();
    for (number, gauges) in gauges.iter().enumerate() {
        let (plan, broker) = (plan.clone(), living.broker.clone());
        let (gauges, shutdown) = (Arc::clone(gauges), shutdown.clone());
        keepers.spawn(async move { keep(number, &plan, genesis, broker, gauges, shutdown).await });
    }
    let lived = tokio::select! {
        biased;
        lived = living.live() => lived,
        Some(ended) = keepers.join_next() => { ended??; bail!("a keeper stopped by itself") }
    };
    let told = match lived {
        Ok(()) => living.settle(&gauges, known).await,
        Err(wrong) => Err(wrong),
    };
    shutdown.gently.cancel();
    let report = told?;
    // What the keepers still hold is given back while the world goes on.
    let stopped = async {
        while let Some(ended) = keepers.join_next().await {
            ended??;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        biased;
        stopped = stopped => stopped?,
        never = living.pass() => never?,
    }
    Ok(report)
}

struct Life<'a> {
    plan: &'a Plan,
    genesis: &'static Genesis,
    broker: Broker,
    borrowers: Vec<Borrower>,
    clock: VirtualClock,
    oracle: Oracle,
    wrong: Vec<String>,
}

impl Life<'_> {
    /// Time passes until nothing has been wrong for a while.
    async fn live(&mut self) -> Result<()> {
        let mut healed = None;
        loop {
            let before = lock(&self.broker.world).chain.elapsed();
            self.slot().await?;
            let elapsed = lock(&self.broker.world).chain.elapsed();
            if elapsed == before {
                continue;
            }
            let world = Arc::clone(&self.broker.world);
            let world = lock(&world);
            if world.is_healed() && healed.is_none() {
                healed = Some(elapsed);
            }
            let silent = world.faults.iter().filter(|active| active.ended.is_none());
            let silent: Vec<_> = silent.map(|active| active.planned).collect();
            ensure!(elapsed <= LONGEST || silent.is_empty(), "planned faults had no effect: {silent:?}");
            if elapsed.is_multiple_of(LOOK) {
                let loans: Vec<_> = self.borrowers.iter().map(|borrower| borrower.keys).collect();
                let wrong = self.oracle.look(&world, &self.broker, &loans, healed);
                self.wrong.extend(wrong);
                drop(world);
                self.complain()?;
            }
            if healed.is_some_and(|healed| elapsed >= (healed + QUIET).max(SHORTEST)) {
                return Ok(());
            }
        }
    }

    /// Time passes, and nobody looks.
    async fn pass(&mut self) -> Result<()> {
        loop {
            self.slot().await?;
        }
    }

    fn complain(&mut self) -> Result<()> {
        for vehicle in self.broker.vehicles() {
            self.wrong.append(&mut self.broker.car(vehicle).wrong);
        }
        match self.wrong.first() {
            Some(wrong) => bail!("{wrong}"),
            None => Ok(()),
        }
    }

    /// One slot passes, and perhaps a second.
    async fn slot(&mut self) -> Result<()> {
        sleep(Duration::from_millis(SLOT_MS)).await;
        let shared = Arc::clone(&self.broker.world);
        let (before, now) = {
            let mut world = lock(&shared);
            let before = world.chain.now();
            world.tick();
            (before, world.chain.now())
        };
        if now == before {
            return Ok(());
        }
        self.clock.set(now);
        for (number, borrower) in self.borrowers.iter_mut().enumerate() {
            let locked_at = {
                let mut car = self.broker.car(&borrower.keys.vehicle);
                car.tick(now);
                car.locked_at
            };
            borrower.second(&mut lock(&shared), self.genesis.lender(number), locked_at)?;
        }
        self.treasury()
    }

    /// In some seeds a lender's treasury takes no payment for a while.
    fn treasury(&self) -> Result<()> {
        if !self.plan.closes_treasury {
            return Ok(());
        }
        let mut world = lock(&self.broker.world);
        let parties = &self.genesis.lenders[0].parties;
        let should_be_closed = TREASURY_CLOSED.contains(&world.chain.elapsed());
        let treasury = world.chain.svm().account(&parties.treasury);
        match (should_be_closed, treasury) {
            (true, Some(treasury)) => {
                let held = latchkey_client::accounts::decode_token_account(&treasury.data)?.amount;
                let closes = parties.close_treasury(held)?;
                send(&mut world, &closes, &[&parties.funder, &parties.authority]);
                world.note("a treasury is closed");
            }
            (false, None) => {
                send(&mut world, &[parties.create_treasury()], &[&parties.funder]);
                world.note("the treasury is there again");
            }
            _ => {}
        }
        Ok(())
    }

    /// Waits for what is on its way, and checks what must be true at the end.
    async fn settle(&mut self, gauges: &[Arc<watch::Sender<Gauges>>], known: usize) -> Result<Report> {
        self.complain()?;
        let held = || gauges.iter().map(|told| *told.borrow()).collect::<Vec<_>>();
        for _ in 0..SETTLE_SLOTS {
            if self.leaks(&held()).is_ok() {
                break;
            }
            self.slot().await?;
        }
        self.leaks(&held())?;
        self.audit(known)
    }

    /// Checks that keepers hold what the chain does, and that no call is left there.
    fn leaks(&self, gauges: &[Gauges]) -> Result<()> {
        let world = lock(&self.broker.world);
        let chain = &world.chain;
        let (mut loans, mut open) = (0, 0);
        for (key, account) in chain.program_accounts(chain.confirmed()) {
            match ProgramAccount::decode(&account.data).context("an account of the program")? {
                ProgramAccount::Loan(_) => loans += 1,
                ProgramAccount::Invocation(invocation) => {
                    open += 1;
                    let over = chain.now() - invocation.expires_at.max(invocation.claim_lease_end);
                    ensure!(over < CLEARED, "call {key} was over {over} s ago and is not cleared away");
                }
                _ => {}
            }
        }
        for (number, held) in gauges.iter().enumerate() {
            let Gauges { loans: known, deadlines, open_calls, calls, vehicles, lapsed, strays, waiting } =
                *held;
            ensure!(
                known == loans && open_calls == open && strays == 0 && waiting == 0,
                "keeper {number} holds {held:?}, and the chain {loans} loans and {open} open calls"
            );
            // A loan that has ended may have a release under way.
            let bounded = deadlines <= loans && calls <= open + loans && lapsed <= open && vehicles <= loans;
            ensure!(bounded, "keeper {number} holds more than there is: {held:?}, {open} calls are open");
        }
        Ok(())
    }

    /// Checks every lock that was sent, and the books.
    fn audit(&self, known: usize) -> Result<Report> {
        let world = lock(&self.broker.world);
        let chain = &world.chain;
        let keys: Vec<_> = self.borrowers.iter().map(|borrower| borrower.keys).collect();
        for command in &world.locks {
            ensure!(
                is_right(chain, &keys, command),
                "a lock was sent to {} in slot {} that the contract did not ask for",
                command.vehicle,
                command.slot
            );
        }
        let addresses: Vec<_> =
            (0..self.plan.keepers).map(|number| self.genesis.keeper(number).pubkey()).collect();
        let records = chain.svm().records().split_off(known);
        let sums = audit::check(&world, &records, &addresses)?;
        let most = MOST_TRANSACTIONS * self.borrowers.len() as u64;
        ensure!(sums.by_keepers <= most, "{} transactions: a keeper runs in circles", sums.by_keepers);
        let count = |of: fn(&Car) -> u64| self.broker.vehicles().map(|key| of(&self.broker.car(key))).sum();
        Ok(Report {
            seed: self.plan.seed,
            loans: self.borrowers.len(),
            secs: chain.elapsed(),
            fired: world.faults.iter().map(|active| (active.planned.fault, active.fired)).collect(),
            locks: count(|car| car.locks),
            unlocks: count(|car| car.unlocks),
            sums,
            waited: self.oracle.waited,
            trace: world.trace.hash(),
            noted: world.trace.length,
        })
    }
}
