//! What the agent remembers across power cuts.

use std::ops::Range;

use latchkey_protocol::Key;
use latchkey_protocol::cosigned::Cosigned;

use crate::keyring::Keyring;

/// How many older receipts are kept.
pub const RECEIPTS_KEPT: usize = 16;

/// How many commands are kept as evidence.
pub const COMMANDS_KEPT: usize = 8;

/// What the agent must not forget, whenever the power fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// How often the agent has started.
    pub boots: u64,
    /// When this was saved, on the elapsed clock.
    pub mark: Mark,
    /// The latest time that a key which may lock has signed, as far as network time agreed, Unix seconds.
    pub not_before: i64,
    /// Warnings and locks that were issued before this are refused, Unix seconds: a newer number may have been forgotten.
    pub forgotten_before: i64,
    pub lock: Lock,
    /// What the car shows: the message of the newest lock or unlock. Empty once a lock has ended by itself.
    pub message: String,
    /// A warning that was decided and has perhaps not sounded.
    pub warning: Option<Warning>,
    /// The newest lock or unlock obeyed, and its receipt.
    pub last: Option<Obeyed>,
    /// The newest warning obeyed, and its receipt. Warnings have a counter of their own.
    pub warned: Option<Obeyed>,
    /// Receipts of older commands that were carried out, newest first, at most [`RECEIPTS_KEPT`].
    pub earlier: Vec<Obeyed>,
    /// Commands up to this number are old: the newest hand-over says so.
    pub old_numbers: Option<u64>,
    /// Whom the car obeys, if an order has changed that.
    pub keyring: Option<Keyring>,
    /// What the next hand-over must carry.
    pub nonce: [u8; 32],
    /// The signed receipt of the newest hand-over or release, as it travels.
    pub handed: Option<Vec<u8>>,
    /// The newest commands obeyed with all their signatures, as they came, newest first, at most [`COMMANDS_KEPT`]: who
    /// commanded what can be proven by them.
    pub commands: Vec<Vec<u8>>,
    /// Wrong codes since the newest unlock.
    pub tries: Tries,
}

impl State {
    /// Keeps the receipt of a command that a newer one replaces.
    pub fn keep(&mut self, replaced: Option<Obeyed>) {
        self.earlier.splice(0..0, replaced);
        self.earlier.truncate(RECEIPTS_KEPT);
    }

    /// Keeps a command that is obeyed, as evidence. One that lapsed and comes again is kept once. A code carries no signature
    /// and proves nothing to others.
    pub fn keep_command(&mut self, command: Option<&Cosigned>) {
        let Some(message) = command.map(Cosigned::to_bytes) else { return };
        self.commands.retain(|kept| *kept != message);
        self.commands.insert(0, message);
        self.commands.truncate(COMMANDS_KEPT);
    }
}

/// A moment of the elapsed clock. It means something only while the machine runs that it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    pub boot: [u8; 16],
    pub elapsed: u64,
}

/// Codes that were typed and were wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// How many, one after the other; it stays at its highest.
    pub wrong: u8,
    /// How long it takes until the next code is looked at, seconds.
    pub pause: u64,
}

/// A command the car obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obeyed {
    pub seq: u64,
    /// Address of the invocation that it served.
    pub invocation: Key,
    /// The signed receipt, as it travels.
    pub receipt: Vec<u8>,
    /// Its time was over before it had any effect, so its sequence number may come again in a command that still has
    /// time.
    pub lapsed: bool,
}

/// A warning to be sounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Shown to the driver.
    pub message: String,
    /// How long it may still sound.
    pub window: Lease,
}

/// The immobiliser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lock {
    /// The car starts.
    #[default]
    Unlocked,
    /// The car will be locked once it is parked, if that happens in time.
    Armed {
        /// How long the lock will last.
        lease: Lease,
        /// How long the lock may still begin: a command takes no effect after its time.
        window: Lease,
    },
    /// The car does not start.
    Locked(Lease),
}

impl Lock {
    /// Whether the next start is inhibited.
    pub const fn inhibits(self) -> bool {
        matches!(self, Self::Locked(_))
    }

    /// Changes every lease in it.
    #[must_use]
    pub fn map(self, change: impl Fn(Lease) -> Lease) -> Self {
        match self {
            Self::Unlocked => Self::Unlocked,
            Self::Armed { lease, window } => Self::Armed { lease: change(lease), window: change(window) },
            Self::Locked(lease) => Self::Locked(change(lease)),
        }
    }
}

/// How long a lock, the wait for one, or a warning lasts. It only ever shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// It ends at this time, Unix seconds.
    pub until: i64,
    /// It ends when this much time has passed, seconds.
    pub remaining: u64,
}

impl Lease {
    /// From now until it ends, both Unix seconds. A range that has passed already is a lease that is over.
    pub fn over(Range { start: now, end }: Range<i64>) -> Self {
        Self { until: end, remaining: u64::try_from(end.saturating_sub(now)).unwrap_or(0) }
    }

    /// The same lease after `passed` seconds.
    #[must_use]
    pub fn after(self, passed: u64) -> Self {
        Self { remaining: self.remaining.saturating_sub(passed), ..self }
    }

    /// The same lease, known to be looked at no earlier than `now`, Unix seconds. So the time that the car was without
    /// power counts as soon as the time is known, and a time that runs back gives nothing back.
    #[must_use]
    pub fn at(self, now: i64) -> Self {
        Self { remaining: self.remaining.min(Self::over(now..self.until).remaining), ..self }
    }

    pub const fn is_over(self) -> bool {
        self.remaining == 0
    }
}
