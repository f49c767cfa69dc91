//! The agent's clocks: wall clock and elapsed time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Two clocks read at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Wall clock, Unix seconds. May be wrong, may be set.
    pub unix: i64,
    /// Seconds since some moment before the process started. It never runs backwards, and runs on while the machine
    /// sleeps.
    pub elapsed: u64,
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Clocks;
}

/// The machine's own clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Clocks {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        // CLOCK_BOOTTIME counts suspended time too; a car sleeps a lot.
        let elapsed = nix::time::clock_gettime(nix::time::ClockId::CLOCK_BOOTTIME)
            .map_or(0, |time| u64::try_from(time.tv_sec()).unwrap_or(0));
        Clocks { unix: i64::try_from(unix).unwrap_or(i64::MAX), elapsed }
    }
}

/// A clock that moves only when it is set, for simulations. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    /// A clock set to `unix` seconds.
    pub fn at(unix: i64) -> Self {
        Self(Arc::new(AtomicI64::new(unix)))
    }

    /// Sets the clock to `unix` seconds, for all clones.
    pub fn set(&self, unix: i64) {
        self.0.store(unix, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Clocks {
        let unix = self.0.load(Ordering::SeqCst);
        Clocks { unix, elapsed: u64::try_from(unix).unwrap_or(0) }
    }
}
