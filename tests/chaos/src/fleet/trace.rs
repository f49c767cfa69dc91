//! What happened, as one number: two runs that did the same have the same.

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// A hash of everything that was noted, in its order.
#[derive(Default)]
pub struct Trace {
    hasher: DefaultHasher,
    /// How much was noted.
    pub length: u64,
}

impl Trace {
    pub fn note(&mut self, what: impl Hash) {
        what.hash(&mut self.hasher);
        self.length += 1;
    }

    pub fn hash(&self) -> u64 {
        self.hasher.finish()
    }
}
