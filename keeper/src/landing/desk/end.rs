//! What follows when it is known how a transaction ended.

use std::error::Error;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::time::Instant;
use tracing::{info, warn};

use super::Desk;
use crate::core::{Update, Verdict};
use crate::landing::NotSent;
use crate::landing::flight::{Fate, closes};

/// How long after a success the subscriptions may take to tell what it changed, before it is read.
const TELL: Duration = Duration::from_millis(120);
/// How long an outage is kept from the core, which tries again at once.
const OUTAGE: Duration = Duration::from_secs(2);
/// Kinds of transactions that failed and are remembered.
const MOST_FAILURES: usize = 50_000;

impl Desk {
    /// It is known how a transaction ended.
    pub(super) fn ended(&mut self, id: u64, verdict: Verdict, slot: u64) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        let now = Instant::now();
        flight.ended = Some((verdict, slot, now));
        let error = flight.attempts.iter().rev().find_map(|copy| match &copy.fate {
            Fate::Landed { error, .. } => error.clone(),
            _ => None,
        });
        flight.span.in_scope(|| match verdict {
            Verdict::Failed => warn!(error, slot, "the transaction landed and failed"),
            Verdict::Expired => warn!("the transaction did not land before its blockhash expired"),
            Verdict::Outage => warn!("no node took the transaction before its blockhash expired"),
            _ => {}
        });
        flight.reason = match verdict {
            Verdict::Succeeded | Verdict::NotSent | Verdict::Cancelled => None,
            Verdict::Failed => error,
            Verdict::Expired => Some("it did not land before its blockhash expired".to_owned()),
            Verdict::Outage => Some("no node took it before its blockhash expired".to_owned()),
        };
        let key = (flight.intent.keys.vehicle, flight.intent.operation.name());
        let landed = matches!(verdict, Verdict::Succeeded | Verdict::Failed).then_some(slot);
        let changed = (verdict == Verdict::Succeeded).then(|| flight.changed(slot));
        let closed = closes(&flight.intent).filter(|_| verdict == Verdict::Succeeded);
        self.flying.remove(&id);
        self.balance.ended(id, landed);
        self.remember(key, verdict);
        if let (Some(key), Ok(mut list)) = (closed, self.closed.lock()) {
            list.push(key);
        }
        match (verdict, changed) {
            (Verdict::Succeeded, Some(Some(update))) => self.finish(id, verdict, Some(update)),
            (Verdict::Succeeded, _) => _ = self.ending.insert(id, now + TELL),
            (Verdict::Outage, _) => _ = self.ending.insert(id, now + OUTAGE),
            _ => _ = self.ending.insert(id, now),
        }
        self.look_at = now;
        self.dispatch();
    }

    /// The next transaction of this kind offers more after a failure, and is simulated first after one that landed.
    fn remember(&mut self, key: (Pubkey, &'static str), verdict: Verdict) {
        if verdict == Verdict::Succeeded {
            self.failures.remove(&key);
            return;
        }
        if self.failures.len() > MOST_FAILURES {
            self.failures.clear();
        }
        let failures = self.failures.entry(key).or_default();
        failures.count = failures.count.saturating_add(1);
        failures.simulate |= verdict == Verdict::Failed;
    }

    /// A transaction is not sent.
    pub(super) fn not_sent(&mut self, id: u64, reason: &NotSent) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        flight.span.in_scope(|| info!(error = reason as &dyn Error, "not sent"));
        let (verdict, now) = (reason.verdict(), Instant::now());
        flight.ended = Some((verdict, 0, now));
        flight.reason = Some(reason.to_string());
        self.waiting.remove(&(flight.intent.operation.priority(), id));
        self.ending.insert(id, if verdict == Verdict::Outage { now + OUTAGE } else { now });
        self.look_at = now;
    }

    /// What ended, and was not told of by the subscriptions in time, is read.
    pub(super) fn report_ended(&mut self, now: Instant) {
        let due: Vec<u64> = self.ending.iter().filter(|(_, at)| now >= **at).map(|(id, _)| *id).collect();
        for id in due {
            self.ending.remove(&id);
            let Some(flight) = self.flights.get(&id) else { continue };
            match flight.ended {
                Some((Verdict::Outage, _, _)) | None => self.finish(id, Verdict::Outage, None),
                Some((_, slot, _)) => self.calls.touched(id, &flight.intent, slot),
            }
        }
    }

    /// Reports the end to whoever ordered it, and forgets the transaction.
    pub(super) fn finish(&mut self, id: u64, verdict: Verdict, touched: Option<Update>) {
        let Some(mut flight) = self.flights.remove(&id) else { return };
        let (vehicle, lane) = (flight.intent.keys.vehicle, flight.intent.operation.lane());
        if self.by_lane.get(&(vehicle, lane)) == Some(&id) {
            self.by_lane.remove(&(vehicle, lane));
        }
        for key in flight.awaited() {
            if let Some(ids) = self.by_account.get_mut(key) {
                ids.retain(|known| *known != id);
                if ids.is_empty() {
                    self.by_account.remove(key);
                }
            }
        }
        if let Some(due) = flight.intent.due {
            self.held.remove(&(due, id));
        }
        self.waiting.remove(&(flight.intent.operation.priority(), id));
        self.flying.remove(&id);
        self.balance.ended(id, None);
        self.ending.remove(&id);
        self.prepared.remove(&id);
        flight.reply(verdict, touched);
    }
}
