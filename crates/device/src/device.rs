//! Carries out what the agent decides, in its order: release, then remember; remember, then lock; and then answer.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::code::Code;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use crate::agent::{
    Actuation, Agent, Decision, Fallback, NotTaken, Service, SignedReceipt, Situation, Typed,
};
use crate::car::{Car, CarError};
use crate::clock::Clock;
use crate::identity::Identity;
use crate::interlock::Sensors;
use crate::mqtt::Link;
use crate::port::{self, Arrival, Brought, Port, Reply};
use crate::state::State;
use crate::store::{Store, StoreError};

/// What failed. Nothing is lost: the next tick or the next copy of the command tries again.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Car(#[from] CarError),
}

/// What came of a command, a code or a tick.
#[derive(Debug, Default)]
#[must_use]
pub struct Report {
    /// The receipt to publish.
    pub answer: Option<SignedReceipt>,
    /// Why a code is not taken.
    pub not_taken: Option<NotTaken>,
    /// The first thing that failed.
    pub trouble: Option<DeviceError>,
}

impl Report {
    fn failed(&mut self, error: impl Into<DeviceError>) {
        self.trouble.get_or_insert(error.into());
    }

    /// What whoever brought it is told.
    fn reply(&self) -> Reply {
        match (&self.answer, self.not_taken) {
            (Some(answer), _) => Reply::Receipt(answer.receipt.clone()),
            (None, Some(why)) => Reply::NotTaken(why),
            (None, None) if self.trouble.is_some() => Reply::Later,
            (None, None) => Reply::Ignored,
        }
    }
}

/// A car's agent with its store, car and clock.
pub struct Device<C, S> {
    agent: Agent,
    car: C,
    store: S,
    clock: Arc<dyn Clock>,
    trouble: Trouble,
    /// What the display shows; not known after a start.
    shown: Option<String>,
}

impl<C: Car, S: Store> Device<C, S> {
    /// Loads what the device remembers and brings the car to it before any command is heard. It starts whatever fails:
    /// a car whose agent did not start would hear no unlock.
    pub fn start(identity: Identity, car: C, mut store: S, clock: Arc<dyn Clock>) -> Self {
        let record = store.load();
        if let Err(lost) = &record {
            error!(error = lost as &dyn std::error::Error, "the car needs service, and starts");
        }
        let agent = Agent::new(identity, record, car.dwell_secs(), &clock.now());
        let mut device = Self { agent, car, store, clock, trouble: Trouble::default(), shown: None };
        let now = device.situation();
        let decision = device.agent.boot(now);
        let report = device.carry_out(decision);
        device.trouble.note(report.trouble.as_ref());
        device
    }

    pub fn state(&self) -> &State {
        self.agent.state()
    }

    /// Why the car asks for service, if it does.
    pub fn service(&self) -> Option<Service> {
        self.agent.service()
    }

    /// Obeys or drops a message that arrived as a command.
    pub fn receive(&mut self, message: &[u8]) -> Report {
        let now = self.situation();
        match self.agent.handle(message, now) {
            Ok(decision) => self.carry_out(decision),
            Err(ignored) => {
                // An answer would tell an unauthorised sender what this car knows.
                warn!(reason = %ignored, "command ignored");
                Report::default()
            }
        }
    }

    /// Obeys a code that was typed, if it is right.
    pub fn enter(&mut self, code: Code) -> Report {
        let now = self.situation();
        match self.agent.code(code, now) {
            Typed::Right(decision) => self.carry_out(decision),
            Typed::Not(why, decision) => {
                warn!(reason = %why, "code not taken");
                Report { not_taken: Some(why), ..self.carry_out(decision) }
            }
        }
    }

    /// Lets time pass.
    pub fn tick(&mut self) -> Report {
        let now = self.situation();
        let decision = self.agent.tick(now);
        self.carry_out(decision)
    }

    /// The receipts of the newest commands obeyed, to repeat on a new connection.
    pub fn latest(&self) -> Vec<SignedReceipt> {
        self.agent.latest()
    }

    /// Serves the commands of one connection, and lets time pass every `tick`, until `shutdown`.
    pub async fn run(self, link: Link, tick: Duration, shutdown: CancellationToken) {
        self.serve(vec![Box::new(link)], tick, shutdown).await;
    }

    /// Serves what is brought to these ports, and lets time pass every `tick`, until `shutdown`.
    pub async fn serve(mut self, mut ports: Vec<Box<dyn Port>>, tick: Duration, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let report = tokio::select! {
                arrived = port::next(&mut ports) => match arrived {
                    Some((at, Arrival::Connected)) => {
                        self.latest().iter().for_each(|receipt| ports[at].publish(receipt));
                        continue;
                    }
                    Some((_, Arrival::Brought(brought, waits))) => {
                        let report = match brought {
                            Brought::Envelope(envelope) => self.receive(&envelope),
                            Brought::Code(code) => self.enter(code),
                        };
                        if let Some(waits) = waits {
                            // Whoever brought it may be gone: every port has the receipt too.
                            let _ = waits.send(report.reply());
                        }
                        report
                    }
                    None => return,
                },
                _ = ticks.tick() => self.tick(),
                () = shutdown.cancelled() => {
                    for port in ports {
                        port.close().await;
                    }
                    return;
                }
            };
            self.trouble.note(report.trouble.as_ref());
            if let Some(answer) = report.answer {
                for port in &mut ports {
                    port.publish(&answer);
                }
            }
        }
    }

    fn situation(&mut self) -> Situation {
        let sensors = Sensors {
            ignition: self.car.ignition().ok(),
            speed: self.car.speed().ok(),
            may_lock: self.car.may_lock(),
        };
        Situation { clocks: self.clock.now(), sensors, contact: self.car.contact().ok().flatten() }
    }

    fn carry_out(&mut self, decision: Decision) -> Report {
        let mut report = Report::default();
        if decision.release {
            self.immobilise(false, &mut report);
        }
        if let Some(state) = decision.remember {
            match self.save(&state) {
                Ok(()) => self.agent.remembered(state),
                Err(error) => {
                    report.failed(error);
                    match decision.fallback {
                        Fallback::GoOn => self.agent.not_remembered(state),
                        Fallback::Refuse(refusal) => {
                            // A save that failed may have left its state on the disk all the same.
                            let _ = self.remember(self.agent.state().clone());
                            return Report { answer: refusal, ..report };
                        }
                        Fallback::FailOpen => {
                            let opened = self.agent.fail_open(state);
                            let opened = self.carry_out(opened);
                            return Report { trouble: report.trouble, ..opened };
                        }
                    }
                }
            }
        }
        for actuation in &decision.actuations {
            match actuation {
                Actuation::Inhibit => self.immobilise(true, &mut report),
                Actuation::Warn(message) => self.warn(message, &mut report),
            }
        }
        self.show(&mut report);
        report.answer = decision.answer.and_then(|answer| self.agent.redeem(answer));
        debug!(answered = report.answer.is_some(), "decision carried out");
        report
    }

    /// Takes a state as the agent's, and saves it if that is possible.
    fn remember(&mut self, state: State) -> Result<(), StoreError> {
        let saved = self.save(&state);
        match saved {
            Ok(()) => self.agent.remembered(state),
            Err(_) => self.agent.not_remembered(state),
        }
        saved
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        // Whatever is there instead of a record is for service to look at.
        if self.agent.service() == Some(Service::NoRecord) { Ok(()) } else { self.store.save(state) }
    }

    fn immobilise(&mut self, inhibit: bool, report: &mut Report) {
        let set = self.car.immobilise(inhibit).and_then(|()| match self.car.contact()? {
            Some(contact) if contact != inhibit => {
                Err(CarError("the immobiliser's contact does not show what it was set to"))
            }
            _ => Ok(()),
        });
        match set {
            Ok(()) => {
                info!(inhibit, "the immobiliser is set");
                self.agent.immobilised(Some(inhibit));
            }
            Err(error) => {
                report.failed(error);
                self.agent.immobilised(None);
            }
        }
    }

    /// Shows what is to be shown, if the display does not show it yet.
    fn show(&mut self, report: &mut Report) {
        let message = &self.agent.state().message;
        if self.shown.as_ref() != Some(message) {
            match self.car.show(message) {
                Ok(()) => self.shown = Some(message.clone()),
                Err(error) => report.failed(error),
            }
        }
    }

    fn warn(&mut self, message: &str, report: &mut Report) {
        match self.car.warn(message) {
            Ok(()) => {
                info!("the warning has sounded");
                if let Err(error) = self.remember(self.agent.sounded()) {
                    report.failed(error);
                }
            }
            Err(error) => report.failed(error),
        }
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
                error!(error = failed as &dyn std::error::Error, "something failed, and is tried again");
            } else {
                info!("nothing fails any more");
            }
            self.0 = now;
        }
    }
}
