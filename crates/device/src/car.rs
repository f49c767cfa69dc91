//! The car as the agent sees it, and a simulated one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// Whether the engine is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignition {
    /// Parked, engine off.
    #[default]
    Parked,
    /// Running or moving.
    Running,
}

/// What the agent needs of a car. An implementation must never stop a running engine: inhibiting concerns the next
/// start only.
pub trait Car: Send {
    fn ignition(&self) -> Ignition;
    /// Whether a lock would be safe now.
    fn may_lock(&self) -> bool;
    /// Inhibits or allows the next start. Called again with the same value after a restart.
    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError>;
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Simulation {
    pub ignition: Ignition,
    /// Whether its next start is inhibited.
    pub inhibited: bool,
    /// Whether a lock would be unsafe.
    pub unsafe_to_lock: bool,
    /// Messages of the warnings it has sounded.
    pub warnings: Vec<String>,
    /// How many starts were inhibited.
    pub refused_starts: u32,
    /// The hardware fails from now on.
    #[serde(skip)]
    pub broken: bool,
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
    fn ignition(&self) -> Ignition {
        self.simulation().ignition
    }

    fn may_lock(&self) -> bool {
        !self.simulation().unsafe_to_lock
    }

    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError> {
        let mut car = self.simulation();
        if car.broken {
            return Err(CarError("the immobiliser does not answer"));
        }
        car.inhibited = inhibit;
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
