//! Whether the next start may be inhibited: the ignition is off and the car stands, and both for a while.
//!
//! An engine that is off is not enough: a stop-start engine is off at every red light. What a sensor does not say, or
//! cannot mean, counts against the lock.

use crate::car::Ignition;

/// How long the ignition may be on without any movement before the speed sensor is held to be stuck, seconds.
pub const STUCK_AFTER: u64 = 1_800;

/// What the car's sensors say; `None` where one does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensors {
    pub ignition: Option<Ignition>,
    /// Kilometres an hour, rounded up.
    pub speed: Option<u16>,
    /// `false` where the car knows another reason why a lock would be unsafe now.
    pub may_lock: bool,
}

/// Whether the next start may be inhibited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readiness {
    /// Ignition off and standing, for long enough.
    Ready,
    /// Not yet: the ignition is on, or the car moves, or it has not stood for long enough.
    NotYet,
    /// A sensor is missing or stuck, or the car knows another reason: it would not be safe.
    #[default]
    Unsafe,
}

/// Watches the sensors on the elapsed clock.
#[derive(Clone, Copy, Debug)]
pub struct Interlock {
    /// How long the ignition must be off and the car stand, seconds.
    dwell: u64,
    stands_since: Option<u64>,
    on_since: Option<u64>,
    /// The ignition was on for long and the car never moved: the speed says nothing until it does.
    stuck: bool,
}

impl Interlock {
    pub const fn new(dwell: u64) -> Self {
        Self { dwell, stands_since: None, on_since: None, stuck: false }
    }

    /// Takes note of the sensors, and says what follows.
    pub fn observe(&mut self, sensors: &Sensors, elapsed: u64) -> Readiness {
        let (Some(ignition), Some(speed)) = (sensors.ignition, sensors.speed) else {
            (self.stands_since, self.on_since) = (None, None);
            return Readiness::Unsafe;
        };
        match (ignition, speed) {
            (_, 1..) => (self.on_since, self.stuck) = (None, false),
            (Ignition::Running, 0) => {
                let since = *self.on_since.get_or_insert(elapsed);
                self.stuck |= elapsed.saturating_sub(since) >= STUCK_AFTER;
            }
            (Ignition::Parked, 0) => self.on_since = None,
        }
        if (ignition, speed) != (Ignition::Parked, 0) {
            self.stands_since = None;
        } else if self.stands_since.is_none() {
            self.stands_since = Some(elapsed);
        }
        match self.stands_since {
            _ if self.stuck || !sensors.may_lock => Readiness::Unsafe,
            Some(since) if elapsed.saturating_sub(since) >= self.dwell => Readiness::Ready,
            _ => Readiness::NotYet,
        }
    }
}
