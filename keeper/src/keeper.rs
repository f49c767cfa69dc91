//! Runs the keeper: feeds events to the core and carries out its effects.

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{Discriminator as _, Space as _};
use latchkey::state::{Action, Escrow};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::core::{Alarm, Core, Effect, Event, FunctionReply, Gauges, Policy, Setup};
use crate::functions::Functions;
use crate::ledger::{Landing, Ledger, LedgerError};
use crate::surface::{Ended, Surface, Teller};

/// Events that may wait for the core.
const QUEUE: usize = 1_024;
/// Pause between attempts to read the rent of an escrow.
const PAUSE: Duration = Duration::from_secs(2);

/// A keeper that is ready to run.
pub struct Keeper {
    pub address: Pubkey,
    /// What it works for.
    pub policy: Policy,
    pub ledger: Arc<dyn Ledger>,
    pub functions: Arc<dyn Functions>,
    /// How long it may take to finish what it has begun once it is told to stop. Calls to cars get two thirds of it; the
    /// rest is for giving back the leases of those that were not done.
    pub drain: Duration,
}

/// Tells a keeper to stop.
#[derive(Clone, Default)]
pub struct Shutdown {
    /// It begins nothing, finishes or gives back what it has begun, and stops.
    pub gently: CancellationToken,
    /// It stops now. The chain has all that is to be known.
    pub at_once: CancellationToken,
}

impl From<CancellationToken> for Shutdown {
    fn from(gently: CancellationToken) -> Self {
        Self { gently, ..Self::default() }
    }
}

/// A keeper that was told to stop.
struct Stopping {
    /// Calls to cars end then.
    calls_until: Instant,
    /// Everything does.
    until: Instant,
}

/// Why a keeper stopped without being told to.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error("the ledger sends no more events: restart the keeper")]
    Ledger,
    #[error("a task of the keeper failed: restart the keeper and report this bug")]
    Task(#[source] tokio::task::JoinError),
}

/// The result of a task.
enum Done {
    Ended(Ended),
    Replied(Pubkey, Action, FunctionReply),
    Released(Pubkey, FunctionReply),
}

impl Keeper {
    /// Runs until it is told to stop and has finished or given back what it has begun. After an error the keeper must be
    /// restarted.
    pub async fn run(self, shutdown: impl Into<Shutdown>) -> Result<(), Stopped> {
        self.run_with(shutdown, Surface::default()).await
    }

    /// The same, and says after each event how much it holds.
    pub async fn run_measured(
        self,
        shutdown: impl Into<Shutdown>,
        gauges: &watch::Sender<Gauges>,
    ) -> Result<(), Stopped> {
        self.run_with(shutdown, Surface::measured(gauges.clone())).await
    }

    /// The same, and tells at `surface` what it does.
    pub async fn run_with(self, shutdown: impl Into<Shutdown>, mut surface: Surface) -> Result<(), Stopped> {
        let shutdown = shutdown.into();
        let setup = Setup {
            keeper: self.address,
            policy: self.policy.clone(),
            escrow_rent: 0,
            jitter: jitter(&self.address),
        };
        let Some(escrow_rent) = self.escrow_rent(&shutdown, &setup, &mut surface).await else {
            return Ok(());
        };
        let mut core = Core::new(Setup { escrow_rent, ..setup });
        let mut teller = Teller::new(&surface);
        let (sender, mut events) = mpsc::channel(QUEUE);
        let ledger = Arc::clone(&self.ledger);
        let watching = tokio::spawn(async move { ledger.watch(sender).await });
        let mut tasks = JoinSet::new();
        let calls = CancellationToken::new();
        let mut stopping: Option<Stopping> = None;
        info!(keeper = %self.address, "started");
        let ended = loop {
            let effects = tokio::select! {
                biased;
                () = shutdown.at_once.cancelled() => {
                    warn!(leases = core.leases(), "stopped at once; the next start continues from the chain");
                    break Ok(());
                }
                () = shutdown.gently.cancelled(), if stopping.is_none() => {
                    info!(leases = core.leases(), drain = ?self.drain, "taking no new work");
                    let now = Instant::now();
                    stopping = Some(Stopping { calls_until: now + self.drain * 2 / 3, until: now + self.drain });
                    core.apply(Event::Stop)
                }
                Some(done) = tasks.join_next() => match done {
                    Ok(done) => {
                        match &done {
                            Done::Ended(ended) => teller.ended(ended),
                            Done::Replied(call, action, reply) => teller.replied(call, *action, reply),
                            Done::Released(..) => {}
                        }
                        take_in(&mut core, done)
                    }
                    // Otherwise its call or transaction would count as under way forever.
                    Err(failed) => break Err(Stopped::Task(failed)),
                },
                Some(question) = surface.question() => {
                    question.answer(&core);
                    continue;
                }
                event = events.recv() => match event {
                    Some(event) => {
                        teller.event(&event);
                        core.apply(event)
                    }
                    None => break Err(Stopped::Ledger),
                },
                () = calls_end(stopping.as_ref()), if !calls.is_cancelled() => {
                    calls.cancel();
                    Vec::new()
                }
                () = drain_ends(stopping.as_ref()) => {
                    let leases = core.leases();
                    warn!(leases, "stopped before everything was finished; the next start continues from the chain");
                    break Ok(());
                }
                () = std::future::ready(()), if core.is_behind() => core.proceed(),
            };
            tell_unreadable(&core.take_unreadable());
            surface.gauges.send_replace(core.gauges());
            for effect in effects {
                teller.effect(&effect);
                self.start(effect, &core, &mut tasks, &calls);
            }
            if stopping.is_some() && core.is_idle() {
                info!("stopped");
                break Ok(());
            }
        };
        watching.abort();
        ended
    }

    /// The rent of an escrow account, lamports. Asks the ledger until it answers; `None` if `shutdown` comes first. Whoever
    /// asks meanwhile is told of a keeper that knows nothing yet.
    async fn escrow_rent(&self, shutdown: &Shutdown, setup: &Setup, surface: &mut Surface) -> Option<u64> {
        let knows_nothing = Core::new(setup.clone());
        let answer = async {
            loop {
                match self.ledger.rent_exempt(Escrow::DISCRIMINATOR.len() + Escrow::INIT_SPACE).await {
                    Ok(lamports) => return lamports,
                    Err(failed) => not_yet(&failed),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        tokio::pin!(answer);
        loop {
            tokio::select! {
                biased;
                () = shutdown.gently.cancelled() => return None,
                () = shutdown.at_once.cancelled() => return None,
                lamports = &mut answer => return Some(lamports),
                Some(question) = surface.question() => question.answer(&knows_nothing),
            }
        }
    }

    /// Carries out an effect. Calls to cars end when `calls` does.
    fn start(&self, effect: Effect, core: &Core, tasks: &mut JoinSet<Done>, calls: &CancellationToken) {
        match effect {
            Effect::Submit(intent) => {
                let ledger = Arc::clone(&self.ledger);
                let settled =
                    intent.operation.settles().and(intent.operation.invocation(&intent.keys.vehicle));
                let pays = settled.and_then(|call| core.fee_of(&call)).unwrap_or(0);
                let ordered = Instant::now();
                tasks.spawn(async move {
                    let landing = ledger.land((*intent).clone()).await;
                    Done::Ended(Ended { intent, ordered, pays, landing })
                });
            }
            Effect::Cancel { vehicle, lane } => self.ledger.cancel(vehicle, lane),
            Effect::Watch { wallets } => self.ledger.watch_wallets(&wallets),
            Effect::Alarm(alarm) => tell(alarm),
            Effect::Invoke(mut call) => {
                // What the core knows may come from a node that lags: a warning or a lock is judged by what is recent.
                if call.action != Action::Unlock {
                    call.slot = call.slot.max(self.ledger.recent_slot());
                }
                let functions = Arc::clone(&self.functions);
                let calls = calls.clone();
                tasks.spawn(async move {
                    let reply = until(&calls, functions.call(&call)).await;
                    Done::Replied(call.invocation, call.action, reply)
                });
            }
            Effect::Release(call) => {
                let functions = Arc::clone(&self.functions);
                let calls = calls.clone();
                tasks.spawn(async move {
                    let reply = until(&calls, functions.release(&call)).await;
                    Done::Released(call.loan, reply)
                });
            }
        }
    }
}

/// The reply, or that there is none yet when `calls` end.
async fn until(calls: &CancellationToken, reply: impl Future<Output = FunctionReply>) -> FunctionReply {
    tokio::select! {
        biased;
        reply = reply => reply,
        () = calls.cancelled() => FunctionReply::Retry,
    }
}

/// The address is random, and no two keepers have the same.
fn jitter(address: &Pubkey) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&address.as_ref()[..8]);
    u64::from_le_bytes(word)
}

async fn calls_end(stopping: Option<&Stopping>) {
    match stopping {
        Some(stopping) => sleep_until(stopping.calls_until).await,
        None => std::future::pending().await,
    }
}

async fn drain_ends(stopping: Option<&Stopping>) {
    match stopping {
        Some(stopping) => sleep_until(stopping.until).await,
        None => std::future::pending().await,
    }
}

fn tell(alarm: Alarm) {
    match alarm {
        Alarm::LeaseLapsed { vehicle, seq, bond } => error!(
            %vehicle, seq, bond,
            "a lease of this keeper lapsed before the call was done: the bond is lost unless the receipt still comes"
        ),
        Alarm::LocksStopped { limit } => error!(
            limit,
            "locks are stopped: more cars than work.locks_per_hour were to be locked within an hour; check the mint, the \
             clock and the lenders' treasuries. Unlocks go on; locks resume an hour after the last one, or at a restart"
        ),
        Alarm::LocksResumed => warn!("locks are resumed: the last one is an hour old"),
    }
}

/// Accounts of another version of the program are skipped: one line tells of those that are new.
fn tell_unreadable(accounts: &[Pubkey]) {
    if let Some(first) = accounts.first() {
        let count = accounts.len();
        warn!(count, %first, "accounts do not decode and are skipped: another version of the program wrote them");
    }
}

fn not_yet(failed: &LedgerError) {
    warn!(error = failed as &dyn std::error::Error, "the ledger does not answer; trying again");
}

fn take_in(core: &mut Core, done: Done) -> Vec<Effect> {
    match done {
        Done::Replied(invocation, _, reply) => core.apply(Event::FunctionReplied { invocation, reply }),
        Done::Released(loan, reply) => core.apply(Event::Released { loan, reply }),
        Done::Ended(Ended { intent, landing: Landing { verdict, touched, .. }, .. }) => {
            let (vehicle, lane) = (intent.keys.vehicle, intent.operation.lane());
            // The transaction still counts as under way here, so that the core takes in its effects before it decides on
            // the next.
            let mut effects = touched.map_or_else(Vec::new, |update| core.apply(Event::Update(update)));
            effects.extend(core.apply(Event::TransactionEnded { vehicle, lane, verdict }));
            effects
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::core::fixture::{self, KEEPER, LoanFixture};
    use crate::core::{FunctionCall, Intent, Lane, ReleaseCall, Snapshot, Update, Verdict};

    const NOW: i64 = 1_061;

    /// A loan whose lock this keeper holds the lease of, on a chain of its own.
    struct Chain {
        fixture: Mutex<LoanFixture>,
        sent: Mutex<Vec<&'static str>>,
        /// Transactions never end.
        is_stuck: bool,
    }

    impl Chain {
        fn new(is_stuck: bool) -> Arc<Self> {
            let mut fixture = LoanFixture::defaulted();
            fixture.loan.ledger.as_of = NOW;
            fixture.request(Action::Lock, 1_060);
            fixture.claim(KEEPER, 1_060);
            Arc::new(Self { fixture: Mutex::new(fixture), sent: Mutex::default(), is_stuck })
        }

        fn sent(&self) -> Vec<&'static str> {
            self.sent.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl Ledger for Chain {
        async fn watch(&self, events: mpsc::Sender<Event>) {
            let snapshot = self.fixture.lock().unwrap().snapshot(1);
            let _ = events.send(Event::Snapshot(snapshot)).await;
            let _ = events.send(Event::Clock(NOW)).await;
            events.closed().await;
        }

        async fn land(&self, intent: Intent) -> Landing {
            self.sent.lock().unwrap().push(intent.operation.name());
            if self.is_stuck {
                return std::future::pending().await;
            }
            let mut fixture = self.fixture.lock().unwrap();
            fixture.invocations[0].1.set_claim(None);
            let Snapshot { accounts, wallets, .. } = fixture.snapshot(2);
            let accounts = accounts.into_iter().map(|(key, account)| (key, Some(account))).collect();
            Landing::new(Verdict::Succeeded, Some(Update { slot: 2, accounts, wallets }))
        }

        fn cancel(&self, _vehicle: Pubkey, _lane: Lane) {}

        fn watch_wallets(&self, _wallets: &[(Pubkey, bool)]) {}

        async fn rent_exempt(&self, _bytes: usize) -> Result<u64, LedgerError> {
            Ok(0)
        }
    }

    /// A car that answers after some time.
    struct Car(Duration);

    #[async_trait]
    impl Functions for Car {
        async fn call(&self, _call: &FunctionCall) -> FunctionReply {
            tokio::time::sleep(self.0).await;
            FunctionReply::Receipt(Box::new(fixture::receipt()))
        }

        async fn release(&self, _call: &ReleaseCall) -> FunctionReply {
            FunctionReply::Retry
        }
    }

    /// Runs a keeper on `chain` with a drain of 30 s, tells it to stop after a second, and returns how long that took.
    async fn stop(chain: &Arc<Chain>, car: Duration, again: Option<Duration>) -> Duration {
        let keeper = Keeper {
            address: KEEPER,
            policy: fixture::policy(),
            ledger: Arc::clone(chain) as Arc<dyn Ledger>,
            functions: Arc::new(Car(car)),
            drain: Duration::from_secs(30),
        };
        let shutdown = Shutdown::default();
        let running = tokio::spawn(keeper.run(shutdown.clone()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let told = Instant::now();
        shutdown.gently.cancel();
        if let Some(again) = again {
            tokio::time::sleep(again).await;
            shutdown.at_once.cancel();
        }
        running.await.unwrap().unwrap();
        told.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn k9_a_lease_whose_call_is_done_in_time_is_settled() {
        let chain = Chain::new(false);
        let took = stop(&chain, Duration::from_secs(10), None).await;
        assert_eq!(chain.sent(), ["confirm"]);
        assert!(took < Duration::from_secs(10), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn k9_a_lease_whose_call_is_not_done_in_time_is_given_back() {
        let chain = Chain::new(false);
        let took = stop(&chain, Duration::from_mins(10), None).await;
        assert_eq!(chain.sent(), ["yield_claim"]);
        assert!(took >= Duration::from_secs(20) && took < Duration::from_secs(30), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_is_left_after_the_drain_time() {
        let chain = Chain::new(true);
        let took = stop(&chain, Duration::from_mins(10), None).await;
        assert!(took >= Duration::from_secs(30) && took < Duration::from_secs(31), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn told_again_it_stops_at_once() {
        let chain = Chain::new(false);
        let took = stop(&chain, Duration::from_mins(10), Some(Duration::from_secs(2))).await;
        assert!(took < Duration::from_secs(3), "{took:?}");
        assert!(chain.sent().is_empty());
    }
}
