//! Carries out what the agent decides: it is remembered, done and answered, in this order.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use crate::agent::{Actuation, Agent, Decision, SignedReceipt, Situation};
use crate::car::{Car, CarError};
use crate::clock::Clock;
use crate::identity::Identity;
use crate::mqtt::{Heard, Link};
use crate::state::State;
use crate::store::{Store, StoreError};

/// Why a decision was not carried out to its end. Nothing is lost: the next tick or the next copy of the command tries
/// again.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The state is not safe on disk, so nothing was done.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The car did not obey, so nothing was answered.
    #[error(transparent)]
    Car(#[from] CarError),
}

/// A car's agent with its store, car and clock.
pub struct Device<C, S> {
    agent: Agent,
    car: C,
    store: S,
    clock: Arc<dyn Clock>,
}

impl<C: Car, S: Store> Device<C, S> {
    /// Loads what the device remembers and brings the car to it before any command is heard.
    pub fn start(
        identity: Identity,
        mut car: C,
        mut store: S,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, DeviceError> {
        let state = store.load()?;
        let agent = Agent::new(identity, state, clock.now());
        perform(&mut car, &agent.resume())?;
        Ok(Self { agent, car, store, clock })
    }

    pub fn state(&self) -> &State {
        self.agent.state()
    }

    /// Obeys or drops a message that arrived as a command. Returns the receipt to publish, if any.
    pub fn receive(&mut self, message: &[u8]) -> Result<Option<SignedReceipt>, DeviceError> {
        let now = self.situation();
        match self.agent.handle(message, now) {
            Ok(decision) => self.carry_out(decision),
            Err(ignored) => {
                // An answer would tell an unauthorised sender what this car knows.
                warn!(reason = %ignored, "command ignored");
                Ok(None)
            }
        }
    }

    /// Lets time pass. Returns the receipt to publish, if any.
    pub fn tick(&mut self) -> Result<Option<SignedReceipt>, DeviceError> {
        let now = self.situation();
        let decision = self.agent.tick(now);
        self.carry_out(decision)
    }

    /// The receipt of the newest command obeyed, to repeat on a new connection.
    pub fn latest(&self) -> Option<SignedReceipt> {
        self.agent.latest()
    }

    /// Serves commands from `link` and lets time pass every `tick`, until `shutdown`.
    pub async fn run(mut self, mut link: Link, tick: Duration, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut trouble = Trouble::default();
        loop {
            let answer = tokio::select! {
                heard = link.next() => match heard {
                    Some(Heard::Connected) => Ok(self.latest()),
                    Some(Heard::Command(message)) => self.receive(&message),
                    None => return,
                },
                _ = ticks.tick() => self.tick(),
                () = shutdown.cancelled() => {
                    link.close().await;
                    return;
                }
            };
            trouble.note(answer.as_ref().err());
            if let Ok(Some(answer)) = answer {
                link.publish(&answer);
            }
        }
    }

    fn situation(&self) -> Situation {
        Situation { clocks: self.clock.now(), ignition: self.car.ignition(), may_lock: self.car.may_lock() }
    }

    fn carry_out(&mut self, decision: Decision) -> Result<Option<SignedReceipt>, DeviceError> {
        if let Some(state) = decision.remember {
            self.store.save(&state)?;
            self.agent.commit(state);
        }
        if !decision.actuations.is_empty() {
            for actuation in &decision.actuations {
                perform(&mut self.car, actuation)?;
                info!(?actuation, "done");
            }
            // The agent knows that it is done even if the disk cannot be written now: a warning must not sound at every
            // tick until the disk works again. After a power cut it may sound once more.
            let done = self.agent.done();
            self.agent.commit(done.clone());
            self.store.save(&done)?;
        }
        debug!(answered = decision.answer.is_some(), "decision carried out");
        Ok(decision.answer)
    }
}

fn perform(car: &mut impl Car, actuation: &Actuation) -> Result<(), CarError> {
    match actuation {
        Actuation::Immobilise(inhibit) => car.immobilise(*inhibit),
        Actuation::Warn(message) => car.warn(message),
    }
}

/// What keeps failing, logged once and not at every tick.
#[derive(Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn note(&mut self, failed: Option<&DeviceError>) {
        let now = failed.map(ToString::to_string);
        if now != self.0 {
            if let Some(failed) = failed {
                error!(error = failed as &dyn std::error::Error, "a decision was not carried out");
            } else {
                info!("decisions are carried out again");
            }
            self.0 = now;
        }
    }
}
