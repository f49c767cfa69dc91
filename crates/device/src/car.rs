//! The car as the agent sees it, and a simulated one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// Whether the ignition is on. With a stop-start engine it is on at a red light, though the engine is off; with an electric
/// car it is on while the car is ready to drive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignition {
    /// Off.
    #[default]
    Parked,
    /// On.
    Running,
}

/// What the agent needs of a car. An implementation must never stop a running engine: inhibiting concerns the next
/// start only.
pub trait Car: Send {
    /// An error if the line or the bus does not say.
    fn ignition(&mut self) -> Result<Ignition, CarError>;
    /// Kilometres an hour, rounded up; an error if the sensor does not say. An implementation must not repeat what a silent
    /// sensor said while the car moved.
    fn speed(&mut self) -> Result<u16, CarError>;
    /// `false` where the car knows another reason why a lock would be unsafe now.
    fn may_lock(&self) -> bool {
        true
    }
    /// How long the ignition must be off and the speed zero before the next start may be inhibited, seconds. Long enough
    /// for a stop-start engine, a car wash and a ferry.
    fn dwell_secs(&self) -> u64 {
        120
    }
    /// Whether the next start is inhibited, as a contact of the immobiliser says; `None` if it has no contact.
    fn contact(&mut self) -> Result<Option<bool>, CarError> {
        Ok(None)
    }
    /// Inhibits or allows the next start. Called again with the same value after a restart.
    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError>;
    /// Shows a message until the next one comes: why the car is locked, what cures it, and what to do without a network. An
    /// empty one clears the display.
    fn show(&mut self, message: &str) -> Result<(), CarError>;
    /// Sounds the warning and shows a message.
    fn warn(&mut self, message: &str) -> Result<(), CarError>;
}

/// The car's hardware failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the car did not obey: {0}; check the wiring and the unit's log")]
pub struct CarError(pub &'static str);

/// A simulated car. Clones are the same car.
#[derive(Clone, Debug, Default)]
pub struct SimulatedCar(Arc<Mutex<Simulation>>);

/// The state of a simulated car.
#[expect(clippy::struct_excessive_bools, reason = "switches that a test sets one by one")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Simulation {
    pub ignition: Ignition,
    /// Kilometres an hour.
    #[serde(skip)]
    pub speed: u16,
    /// Ignition and speed are not known.
    #[serde(skip)]
    pub blind: bool,
    /// How long it must stand before it may be locked, seconds.
    #[serde(skip)]
    pub dwell_secs: u64,
    /// The immobiliser stays as it is, whatever it is told.
    #[serde(skip)]
    pub stuck: bool,
    /// Whether its next start is inhibited.
    pub inhibited: bool,
    /// Whether a lock would be unsafe.
    pub unsafe_to_lock: bool,
    /// What its display shows.
    pub message: String,
    /// Messages of the warnings it has sounded.
    pub warnings: Vec<String>,
    /// How many starts were inhibited.
    pub refused_starts: u32,
    /// The hardware fails from now on.
    #[serde(skip)]
    pub broken: bool,
}

impl Simulation {
    fn sensed<T>(&self, read: impl FnOnce(&Self) -> T) -> Result<T, CarError> {
        if self.blind { Err(CarError("no sensor answers")) } else { Ok(read(self)) }
    }
}

impl SimulatedCar {
    /// A parked car that starts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns the ignition key. Returns whether the engine runs.
    pub fn try_start(&self) -> bool {
        let mut car = self.simulation();
        if car.ignition == Ignition::Parked {
            if car.inhibited {
                car.refused_starts += 1;
            } else {
                car.ignition = Ignition::Running;
            }
        }
        car.ignition == Ignition::Running
    }

    /// Stops the engine.
    pub fn park(&self) {
        self.simulation().ignition = Ignition::Parked;
    }

    /// Changes the simulated state.
    pub fn pretend(&self, change: impl FnOnce(&mut Simulation)) {
        change(&mut self.simulation());
    }

    /// A copy of the simulated state.
    pub fn look(&self) -> Simulation {
        self.simulation().clone()
    }

    fn simulation(&self) -> MutexGuard<'_, Simulation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Car for SimulatedCar {
    fn ignition(&mut self) -> Result<Ignition, CarError> {
        self.simulation().sensed(|car| car.ignition)
    }

    fn speed(&mut self) -> Result<u16, CarError> {
        self.simulation().sensed(|car| car.speed)
    }

    fn may_lock(&self) -> bool {
        !self.simulation().unsafe_to_lock
    }

    fn dwell_secs(&self) -> u64 {
        self.simulation().dwell_secs
    }

    fn contact(&mut self) -> Result<Option<bool>, CarError> {
        Ok(Some(self.simulation().inhibited))
    }

    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError> {
        let mut car = self.simulation();
        if car.broken {
            return Err(CarError("the immobiliser does not answer"));
        }
        if !car.stuck {
            car.inhibited = inhibit;
        }
        Ok(())
    }

    fn show(&mut self, message: &str) -> Result<(), CarError> {
        message.clone_into(&mut self.simulation().message);
        Ok(())
    }

    fn warn(&mut self, message: &str) -> Result<(), CarError> {
        let mut car = self.simulation();
        if car.broken {
            return Err(CarError("the beeper does not answer"));
        }
        car.warnings.push(message.to_owned());
        Ok(())
    }
}
