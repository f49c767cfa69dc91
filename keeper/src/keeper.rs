//! Runs the keeper: feeds events to the core and carries out its effects.

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{Discriminator as _, Space as _};
use latchkey::state::Escrow;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::core::{Core, Effect, Event, FunctionReply, Lane, Policy, Setup};
use crate::functions::Functions;
use crate::ledger::{Landing, Ledger, LedgerError};

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
    /// How long to wait for transactions under way after `shutdown`.
    pub drain: Duration,
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
    Ended(Pubkey, Lane, Landing),
    Replied(Pubkey, FunctionReply),
}

impl Keeper {
    /// Runs until `shutdown`, then waits for the transactions under way. After an error the keeper must be restarted.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Stopped> {
        let Some(escrow_rent) = self.escrow_rent(&shutdown).await else { return Ok(()) };
        let setup =
            Setup { keeper: self.address, policy: self.policy.clone(), escrow_rent, jitter: rand::random() };
        let mut core = Core::new(setup);
        let (sender, mut events) = mpsc::channel(QUEUE);
        let ledger = Arc::clone(&self.ledger);
        let watching = tokio::spawn(async move { ledger.watch(sender).await });
        let mut tasks = JoinSet::new();
        info!(keeper = %self.address, "started");
        let ended = loop {
            let effects = tokio::select! {
                () = shutdown.cancelled() => break Ok(()),
                event = events.recv() => match event {
                    Some(event) => core.apply(event),
                    None => break Err(Stopped::Ledger),
                },
                Some(done) = tasks.join_next() => match done {
                    Ok(done) => take_in(&mut core, done),
                    // Otherwise its call or transaction would count as under way forever.
                    Err(failed) => break Err(Stopped::Task(failed)),
                },
            };
            tell_unreadable(&core.take_unreadable());
            for effect in effects {
                self.start(effect, &mut tasks, &shutdown);
            }
        };
        watching.abort();
        self.drain(tasks).await;
        ended
    }

    /// The rent of an escrow account, lamports. Asks the ledger until it answers; `None` if `shutdown` comes first.
    async fn escrow_rent(&self, shutdown: &CancellationToken) -> Option<u64> {
        loop {
            match self.ledger.rent_exempt(Escrow::DISCRIMINATOR.len() + Escrow::INIT_SPACE).await {
                Ok(lamports) => return Some(lamports),
                Err(failed) => not_yet(&failed),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = shutdown.cancelled() => return None,
            }
        }
    }

    fn start(&self, effect: Effect, tasks: &mut JoinSet<Done>, shutdown: &CancellationToken) {
        match effect {
            Effect::Submit(intent) => {
                let ledger = Arc::clone(&self.ledger);
                let vehicle = intent.keys.vehicle;
                let lane = intent.operation.lane();
                tasks.spawn(async move { Done::Ended(vehicle, lane, ledger.land(*intent).await) });
            }
            Effect::Cancel { vehicle, lane } => self.ledger.cancel(vehicle, lane),
            Effect::Watch { wallets } => self.ledger.watch_wallets(&wallets),
            Effect::Invoke { invocation, now, limit_secs } => {
                let functions = Arc::clone(&self.functions);
                let limit = Duration::from_secs(limit_secs);
                let shutdown = shutdown.clone();
                tasks.spawn(async move {
                    let reply = tokio::select! {
                        reply = functions.call(invocation, now, limit) => reply,
                        () = shutdown.cancelled() => FunctionReply::Retry,
                    };
                    Done::Replied(invocation, reply)
                });
            }
        }
    }

    /// Waits for transactions under way. Work that does not end in time is on chain, where the next keeper finds it.
    async fn drain(&self, mut tasks: JoinSet<Done>) {
        let rest = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.drain, rest).await.is_err() {
            warn!("stopped before every transaction had ended; the next start continues from the chain");
        }
        info!("stopped");
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
        Done::Replied(invocation, reply) => core.apply(Event::FunctionReplied { invocation, reply }),
        Done::Ended(vehicle, lane, Landing { verdict, touched }) => {
            // The transaction still counts as under way here, so that the core takes in its effects before it decides on
            // the next.
            let mut effects = touched.map_or_else(Vec::new, |update| core.apply(Event::Update(update)));
            effects.extend(core.apply(Event::TransactionEnded { vehicle, lane, verdict }));
            effects
        }
    }
}
