//! What the keeper leaves for whoever asks, without being asked: when the chain's time last moved on, and why transactions did
//! not succeed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::time::Instant;

/// Vehicles whose last failures are remembered.
const MOST: usize = 10_000;

/// Shared by the keeper and its surface.
pub struct Told {
    clock_at: Mutex<Instant>,
    /// By vehicle and operation.
    reasons: Mutex<HashMap<(Pubkey, &'static str), String>>,
}

impl Default for Told {
    fn default() -> Self {
        Self { clock_at: Mutex::new(Instant::now()), reasons: Mutex::default() }
    }
}

impl Told {
    /// The chain's time has moved on.
    pub fn clock_moved(&self) {
        if let Ok(mut at) = self.clock_at.lock() {
            *at = Instant::now();
        }
    }

    /// How long ago the chain's time last moved on, or since the start.
    pub fn clock_age(&self) -> Duration {
        self.clock_at.lock().map_or(Duration::MAX, |at| at.elapsed())
    }

    /// A transaction ended, for this reason if it did not succeed.
    pub fn ended(&self, vehicle: Pubkey, what: &'static str, reason: Option<String>) {
        let Ok(mut reasons) = self.reasons.lock() else { return };
        match reason {
            Some(reason) => {
                if reasons.len() >= MOST {
                    reasons.clear();
                }
                reasons.insert((vehicle, what), reason);
            }
            None => _ = reasons.remove(&(vehicle, what)),
        }
    }

    /// Why the last transaction of this kind about a vehicle did not succeed.
    pub fn reason(&self, vehicle: &Pubkey, what: &str) -> Option<String> {
        let reasons = self.reasons.lock().ok()?;
        reasons
            .iter()
            .find(|((of, name), _)| of == vehicle && *name == what)
            .map(|(_, reason)| reason.clone())
    }
}
