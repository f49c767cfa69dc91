//! Turns what the keeper does into numbers.

use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;
use tokio::time::Instant;

use super::progress::{Progress, Stage};
use super::{Metrics, Surface, Told};
use crate::core::{Alarm, Effect, Event, FunctionReply, Intent, Verdict};
use crate::ledger::Landing;

/// A transaction that has ended.
pub(crate) struct Ended {
    pub intent: Box<Intent>,
    pub ordered: Instant,
    /// What the call pays that it settles, lamports.
    pub pays: u64,
    pub landing: Landing,
}

/// Tells what happens, in numbers.
pub(crate) struct Teller {
    metrics: Arc<Metrics>,
    told: Arc<Told>,
    progress: Progress,
    clock: i64,
}

impl Teller {
    pub fn new(surface: &Surface) -> Self {
        let (metrics, told) = (Arc::clone(&surface.metrics), Arc::clone(&surface.told));
        Self { metrics, told, progress: Progress::default(), clock: 0 }
    }

    pub fn event(&mut self, event: &Event) {
        if let Event::Clock(unix) = event
            && *unix != self.clock
        {
            self.clock = *unix;
            self.told.clock_moved();
            self.progress.clock(*unix, Instant::now());
        }
    }

    pub fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Alarm(Alarm::LeaseLapsed { .. }) => self.metrics.lease_lapsed(),
            Effect::Invoke(call) => {
                let now = Instant::now();
                if let Some(took) = self.progress.reached(&call.invocation, Stage::Commanded, now) {
                    self.metrics.step(call.action, Stage::Commanded, took);
                }
            }
            _ => {}
        }
    }

    pub fn replied(&mut self, call: &Pubkey, action: Action, reply: &FunctionReply) {
        self.metrics.call_ended(action, reply);
        let proven = matches!(reply, FunctionReply::Receipt(_));
        let took = proven.then(|| self.progress.reached(call, Stage::Proven, Instant::now())).flatten();
        if let Some(took) = took {
            self.metrics.step(action, Stage::Proven, took);
        }
    }

    pub fn ended(&mut self, Ended { intent, ordered, pays, landing }: &Ended) {
        let now = Instant::now();
        let (vehicle, operation) = (intent.keys.vehicle, &intent.operation);
        self.metrics.transaction_ended(operation.name(), landing.verdict, landing.fees);
        self.told.ended(vehicle, operation.name(), landing.reason.clone());
        let Some(call) = operation.invocation(&vehicle).filter(|_| landing.verdict == Verdict::Succeeded)
        else {
            return;
        };
        if let Some(action) = operation.requests() {
            let since = self.progress.could_land_at(intent.due, *ordered, now);
            self.metrics.step(action, Stage::Requested, now.duration_since(since));
            self.progress.requested(call, now);
        }
        if let Some(action) = operation.settles() {
            self.metrics.earned(*pays);
            if let Some(took) = self.progress.reached(&call, Stage::Settled, now) {
                self.metrics.step(action, Stage::Settled, took);
            }
        }
    }
}
