//! The agent at work: what it decides is remembered, done, and answered, in this order.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use crate::agent::{Agent, Answer, Deed, Identity, Situation, Step};
use crate::car::{Car, CarError};
use crate::clock::Clock;
use crate::mqtt::{Heard, Link};
use crate::state::State;
use crate::store::{Store, StoreError};

/// Why a step was not taken to its end. Nothing is lost: the next tick or the next copy of the command tries again.
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

    /// What the device remembers.
    pub fn state(&self) -> &State {
        self.agent.state()
    }

    /// Obeys or drops a message that arrived as a command. Returns the receipt to publish, if any.
    pub fn receive(&mut self, message: &[u8]) -> Result<Option<Answer>, DeviceError> {
        let now = self.situation();
        match self.agent.handle(message, now) {
            Ok(step) => self.take(step),
            Err(ignored) => {
                // Not answered: an answer would tell a stranger what this car knows.
                warn!(reason = %ignored, "command ignored");
                Ok(None)
            }
        }
    }

    /// Lets time pass. Returns the receipt to publish, if any.
    pub fn tick(&mut self) -> Result<Option<Answer>, DeviceError> {
        let now = self.situation();
        let step = self.agent.tick(now);
        self.take(step)
    }

    /// The receipt of the newest command obeyed, to repeat on a new connection.
    pub fn latest(&self) -> Option<Answer> {
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

    fn take(&mut self, step: Step) -> Result<Option<Answer>, DeviceError> {
        if let Some(state) = step.remember {
            self.store.save(&state)?;
            self.agent.commit(state);
        }
        if !step.deeds.is_empty() {
            for deed in &step.deeds {
                perform(&mut self.car, deed)?;
                info!(?deed, "done");
            }
            // Done is done, even if the disk cannot take note of it now: a warning must not sound at every tick until
            // the disk is whole again. After a power cut it may sound once more.
            let done = self.agent.done();
            self.agent.commit(done.clone());
            self.store.save(&done)?;
        }
        debug!(answered = step.answer.is_some(), "step taken");
        Ok(step.answer)
    }
}

fn perform(car: &mut impl Car, deed: &Deed) -> Result<(), CarError> {
    match deed {
        Deed::Immobilise(inhibit) => car.immobilise(*inhibit),
        Deed::Warn(message) => car.warn(message),
    }
}

/// What keeps failing, told once and not at every tick.
#[derive(Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn note(&mut self, failed: Option<&DeviceError>) {
        let now = failed.map(ToString::to_string);
        if now != self.0 {
            if let Some(failed) = failed {
                error!(error = failed as &dyn std::error::Error, "step not taken");
            } else {
                info!("steps are taken again");
            }
            self.0 = now;
        }
    }
}
