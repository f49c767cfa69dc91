//! The agent's clocks: elapsed time, network time, and the wall clock, which decides nothing.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Clocks read at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Wall clock, Unix seconds. May be wrong, may be set by anyone: it stands in receipts where there is nothing
    /// better, and decides nothing.
    pub wall: i64,
    /// Seconds since the machine started. It never runs backwards, and runs on while the machine sleeps.
    pub elapsed: u64,
    /// Names this run of the elapsed clock: it is another one after each start of the machine. All zero if unknown.
    pub boot: [u8; 16],
    /// Time from a source that the driver cannot set, heard since the machine started, Unix seconds; `None` while there
    /// is no such source.
    pub network: Option<i64>,
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Clocks;
}

/// When the machine's wall clock is network time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkTime {
    /// While this file exists. Whoever sets the clock from the network makes it, and it must not outlive the machine's
    /// run: keep it in `/run`.
    While(PathBuf),
    /// Always. For simulated cars: a real car would believe a clock that was never set.
    Always,
}

impl NetworkTime {
    const ALWAYS: &str = "always";

    fn is_known(&self) -> bool {
        match self {
            Self::While(path) => path.exists(),
            Self::Always => true,
        }
    }
}

impl Default for NetworkTime {
    /// What systemd's time service makes once it has set the clock.
    fn default() -> Self {
        Self::While("/run/systemd/timesync/synchronized".into())
    }
}

impl fmt::Display for NetworkTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::While(path) => path.display().fmt(f),
            Self::Always => f.write_str(Self::ALWAYS),
        }
    }
}

impl Serialize for NetworkTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NetworkTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(if text == Self::ALWAYS { Self::Always } else { Self::While(text.into()) })
    }
}

/// The machine's own clocks.
#[derive(Clone, Debug)]
pub struct SystemClock {
    network: NetworkTime,
    boot: [u8; 16],
}

impl SystemClock {
    pub fn new(network: NetworkTime) -> Self {
        Self { network, boot: boot_id().unwrap_or_default() }
    }
}

/// The kernel's name for this run of the machine.
fn boot_id() -> Option<[u8; 16]> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let mut id = [0; 16];
    hex::decode_to_slice(text.trim().replace('-', ""), &mut id).ok()?;
    Some(id)
}

impl Clock for SystemClock {
    fn now(&self) -> Clocks {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let wall = i64::try_from(wall).unwrap_or(i64::MAX);
        // CLOCK_BOOTTIME counts suspended time too; a car sleeps a lot.
        let elapsed = nix::time::clock_gettime(nix::time::ClockId::CLOCK_BOOTTIME)
            .map_or(0, |time| u64::try_from(time.tv_sec()).unwrap_or(0));
        let network = self.network.is_known().then_some(wall);
        Clocks { wall, elapsed, boot: self.boot, network }
    }
}

/// A clock that moves only when it is set, for simulations: network time and elapsed time in one. Clones show the same
/// time.
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
        Clocks { wall: unix, elapsed: u64::try_from(unix).unwrap_or(0), boot: [1; 16], network: Some(unix) }
    }
}
