//! The keeper at work: the core decides, a ledger and the functions do.

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::Space as _;
use anchor_lang::prelude::Pubkey;
use latchkey::state::Escrow;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::core::{Core, Effect, Event, FunctionReply, Policy, Setup};
use crate::functions::Functions;
use crate::ledger::{Fate, Ledger, LedgerError};

/// Events that wait for the core.
const QUEUE: usize = 1_024;
/// Bytes before an account's fields that say what it is.
const DISCRIMINATOR: usize = 8;
const PAUSE: Duration = Duration::from_secs(2);

/// A keeper about to work.
pub struct Keeper {
    pub address: Pubkey,
    /// What it works for.
    pub policy: Policy,
    /// The chain.
    pub ledger: Arc<dyn Ledger>,
    /// The car functions.
    pub functions: Arc<dyn Functions>,
    /// How long transactions under way may take to land once it is asked to stop.
    pub drain: Duration,
}

/// Why a keeper can no longer work.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Nothing more is heard of the chain.
    #[error("the ledger has stopped telling: start the keeper again")]
    Ledger,
    /// A fault of the keeper's own.
    #[error("a task ended badly: start the keeper again, and report this")]
    Task(#[source] tokio::task::JoinError),
}

/// What a task of the keeper found out.
enum Done {
    Ended(Pubkey, Fate),
    Replied(Pubkey, FunctionReply),
}

impl Keeper {
    /// Works until `shutdown`, then lets what is under way land. An error means that it can no longer work: it must be
    /// started again.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Stopped> {
        let Some(escrow_rent) = self.escrow_rent(&shutdown).await else { return Ok(()) };
        let setup =
            Setup { keeper: self.address, policy: self.policy.clone(), escrow_rent, jitter: rand::random() };
        let mut core = Core::new(setup);
        let (sender, mut events) = mpsc::channel(QUEUE);
        let ledger = Arc::clone(&self.ledger);
        let watching = tokio::spawn(async move { ledger.watch(sender).await });
        let mut tasks = JoinSet::new();
        info!(keeper = %self.address, "at work");
        let ended = loop {
            let effects = tokio::select! {
                () = shutdown.cancelled() => break Ok(()),
                event = events.recv() => match event {
                    Some(event) => core.apply(event),
                    None => break Err(Stopped::Ledger),
                },
                Some(done) = tasks.join_next() => match done {
                    Ok(done) => take_in(&mut core, done),
                    // Its work would stay marked as under way for good.
                    Err(failed) => break Err(Stopped::Task(failed)),
                },
            };
            for effect in effects {
                self.start(effect, &mut tasks, &shutdown);
            }
        };
        watching.abort();
        self.drain(tasks).await;
        ended
    }

    /// What an escrow must keep, asked until the ledger answers. `None` if told to stop before.
    async fn escrow_rent(&self, shutdown: &CancellationToken) -> Option<u64> {
        loop {
            match self.ledger.rent_exempt(DISCRIMINATOR + Escrow::INIT_SPACE).await {
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
                tasks.spawn(async move { Done::Ended(vehicle, ledger.land(*intent).await) });
            }
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

    /// Waits for transactions under way. What is left half done is found on chain by the next keeper that looks.
    async fn drain(&self, mut tasks: JoinSet<Done>) {
        let rest = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.drain, rest).await.is_err() {
            warn!("stopped with work under way; whoever starts next finds it on chain");
        }
        info!("stopped");
    }
}

fn not_yet(failed: &LedgerError) {
    warn!(error = failed as &dyn std::error::Error, "the ledger does not answer yet");
}

fn take_in(core: &mut Core, done: Done) -> Vec<Effect> {
    match done {
        Done::Replied(invocation, reply) => core.apply(Event::FunctionReplied { invocation, reply }),
        Done::Ended(vehicle, Fate { succeeded, seen }) => {
            // Still marked as under way: this only takes in what it changed.
            let mut effects = seen.map_or_else(Vec::new, |update| core.apply(Event::Update(update)));
            effects.extend(core.apply(Event::TransactionEnded { vehicle, succeeded }));
            effects
        }
    }
}
