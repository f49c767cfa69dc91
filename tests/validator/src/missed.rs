use std::fmt::Debug;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use latchkey_client::events::Event;
use latchkey_client::instructions::{LoanKeys, fund_escrow};
use latchkey_client::latchkey::state::{Action, Invocation, Terms};
use latchkey_client::pda;
use latchkey_client::schedule::level_instalment;
use latchkey_harness::localnet::Localnet;
use latchkey_harness::process::Process;
use latchkey_harness::story::{CENT, Car as _, Chain as _, ChainExt as _, Entry, Journal, Parties, Script};
use latchkey_harness::testbed::LocalTestbed;
use solana_sdk::signer::Signer as _;
use tokio::time::{Instant, sleep};

/// How long anything may take that keeper and car do by themselves.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(100);

/// A loan whose first instalment is not paid, and everything it needs.
pub struct Missed {
    /// Its processes.
    pub testbed: LocalTestbed,
    /// Lender and borrower.
    pub parties: Parties,
    /// Its addresses.
    pub keys: LoanKeys,
    /// Its events so far.
    pub journal: Journal,
}

impl Missed {
    /// Writes the loan on a validator, with a car and a keeper of its own. Its first instalment falls due in some
    /// seconds.
    pub async fn on(localnet: Localnet) -> Result<Self> {
        let parties = Parties::new();
        let testbed = LocalTestbed::on(localnet, &parties).await?;
        Self::written(testbed, parties).await
    }

    /// The same where testbed and parties exist, and nothing of the parties is on the chain yet.
    pub async fn written(testbed: LocalTestbed, parties: Parties) -> Result<Self> {
        Box::pin(Self::with(testbed, parties, Script::minute())).await
    }

    /// The same by another script.
    pub async fn with(mut testbed: LocalTestbed, parties: Parties, script: Script) -> Result<Self> {
        parties.set_up(&testbed.chain, &script.offer).await?;
        let enrolment = testbed.car.enrol(&parties.lender, [7; 32]).await?;
        let vehicle = parties.register(&testbed.chain, &enrolment).await?;
        let now = testbed.chain.now().await?;
        let terms = Terms { first_due: now + script.terms.first_due, ..script.terms };
        let instalment = level_instalment(&terms, now, CENT)
            .map_err(|error| anyhow::Error::new(latchkey_client::errors::Refusal(error.into())))?;
        let terms = Terms { instalment, ..terms };
        let (keys, _) = parties.originate(&testbed.chain, vehicle, terms, &script.offer).await?;
        let fund = fund_escrow(parties.funder.pubkey(), &keys.loan, script.funding);
        testbed.chain.send(&[fund], &[&parties.funder]).await?;
        // A deposit into an escrow need not name its loan.
        Ok(Self { testbed, parties, journal: Journal::of([keys.loan, keys.escrow]), keys })
    }

    /// Waits until the car's warning is settled: what comes next is the lock.
    pub async fn warned(&mut self) -> Result<()> {
        self.confirmed(Action::Warn).await
    }

    /// Waits until a call of this kind is settled.
    pub async fn confirmed(&mut self, action: Action) -> Result<()> {
        let began = Instant::now();
        loop {
            self.journal.read(&self.testbed.chain).await?;
            if self.proven(action) > 0 {
                return Ok(());
            }
            self.check(began, "a call is settled")?;
            sleep(LOOK).await;
        }
    }

    /// Waits until a lock is asked for and claimed on chain.
    pub async fn claimed(&mut self) -> Result<Invocation> {
        let began = Instant::now();
        loop {
            let seq = self.testbed.chain.vehicle(&self.keys.vehicle).await?.last_seq_asked;
            let newest = pda::invocation(&self.keys.vehicle, seq);
            let newest = self.testbed.chain.invocation(&newest).await?;
            if let Some(lock) = newest.filter(|it| it.action == Action::Lock && it.claim().is_some()) {
                return Ok(lock);
            }
            self.check(began, "the lock is claimed")?;
            sleep(LOOK).await;
        }
    }

    /// Waits until the car does not start any more, whether or not the chain knows.
    pub async fn inhibited(&mut self) -> Result<()> {
        let began = Instant::now();
        while !self.testbed.car.look().await?.inhibited {
            self.check(began, "the car is inhibited")?;
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// Kills the keeper this instant, drops what its lines hold, and starts it again.
    pub fn kill_keeper(&mut self) -> Result<()> {
        let keeper = &mut self.testbed.keeper;
        keeper.process.kill()?;
        keeper.lines.open();
        keeper.process.start_again()
    }

    /// Waits until chain and car say locked, then holds that exactly one lock was paid, and paid its fee.
    pub async fn ends_locked_and_paid_once(&mut self) -> Result<()> {
        self.confirmed(Action::Lock).await?;
        let began = Instant::now();
        loop {
            let vehicle = self.testbed.chain.vehicle(&self.keys.vehicle).await?;
            let loan = self.testbed.chain.loan(&self.keys.loan).await?;
            if loan.invocations_open == 0 {
                ensure!(vehicle.lock.is_locked, "the chain does not know of the lock");
                break;
            }
            self.check(began, "everything asked for is settled")?;
            sleep(LOOK).await;
        }
        ensure!(!self.testbed.car.try_start().await?, "the car starts although it is locked");
        self.journal.read(&self.testbed.chain).await?;
        ensure!(self.proven(Action::Lock) == 1, "{} locks were paid", self.proven(Action::Lock));
        let fee = Script::minute().offer.fee;
        let right = self.journal.entries().iter().all(|entry| match &entry.event {
            Event::InvocationConfirmed(event) => event.fee == fee,
            _ => true,
        });
        ensure!(right, "a call was paid more or less than its fee");
        Ok(())
    }

    /// How many calls of this kind were settled, as far as the journal was read.
    pub fn proven(&self, action: Action) -> usize {
        let is = |entry: &&Entry| matches!(&entry.event, Event::InvocationConfirmed(event) if event.action == action);
        self.journal.entries().iter().filter(is).count()
    }

    fn check(&mut self, began: Instant, what: &str) -> Result<()> {
        ensure!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}\n{}", tails(&self.testbed));
        Ok(())
    }
}

/// Runs one missed loan for each case, all at once on one validator, each with a car, a broker and a keeper of its own.
/// `disturb` does what the case says once the lock is next; then each car must end locked, for exactly one fee.
pub async fn each_ends_locked<C: Copy + Debug>(
    cases: impl IntoIterator<Item = C>,
    disturb: impl AsyncFn(&mut Missed, C) -> Result<()>,
) {
    let localnet = Localnet::from_environment().await.expect("a validator");
    let url = localnet.url();
    let live = async |case| {
        let mut loan = Missed::on(Localnet::attach(&url).await?).await?;
        loan.warned().await?;
        disturb(&mut loan, case).await?;
        loan.ends_locked_and_paid_once().await
    };
    let lives = cases.into_iter().map(async |case| live(case).await.with_context(|| format!("{case:?}")));
    try_join_all(lives).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

/// The ends of the processes' logs: what a failure shows.
pub fn tails(testbed: &LocalTestbed) -> String {
    let tail = |process: &Process| format!("--- {}\n{}\n", process.name(), process.tail());
    testbed.processes().into_iter().map(tail).collect::<Vec<_>>().concat()
}
