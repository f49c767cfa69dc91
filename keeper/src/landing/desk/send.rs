//! Signs copies of transactions and sends them: at once, in turn, ahead of their second, and again.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::state::Action;
use tokio::time::Instant;
use tracing::info;

use super::Desk;
use crate::core::{Intent, Operation};
use crate::landing::NotSent;
use crate::landing::blockhash::Blockhash;
use crate::landing::flight::{Attempt, Fate};
use crate::landing::outlay::{check_cost, keeps_at_least, posts_bond, worst_cost};
use crate::landing::sign::sign;
use crate::landing::simulation::draft;
use crate::landing::units::{priority_fee, with_budget};

/// Pause between sending the same bytes again.
const RESEND: Duration = Duration::from_secs(2);
/// A copy that was signed ahead of its time is sent up to this age.
const OLDEST_PREPARED: Duration = Duration::from_secs(12);
/// How long a transaction waits for a blockhash.
const NO_BLOCKHASH: Duration = Duration::from_secs(10);
/// Copies that may be sent before their time, and how likely the next slot must be the right one.
const MOST_EARLY: usize = 2;
const LIKELY: f64 = 0.3;
/// The most bytes of a transaction.
const MOST_BYTES: usize = 1_232;

impl Desk {
    /// The most that a transaction may take of the keeper's lamports, as far as that is known.
    pub(super) fn cost(&self, id: u64) -> u64 {
        let Some(flight) = self.flights.get(&id) else { return 0 };
        let Intent { keys, operation, .. } = &flight.intent;
        let fixed = worst_cost(operation, self.rent, priority_fee(flight.units, self.prices.cap));
        match bonded(operation).map(|action| self.bonds.get(&(keys.lender, action as u8))) {
            None => fixed,
            Some(Some(bond)) => fixed.saturating_add(*bond),
            Some(None) => self.config.max_outlay_lamports,
        }
    }

    /// Whether nothing but a simulation bounds what the operation takes: a bond, of a balance that is not known.
    fn is_unbounded(&self, operation: &Operation) -> bool {
        posts_bond(operation) && self.balance.floor(0).is_none()
    }

    /// Signs a transaction ahead of its time. Whatever keeps it from being signed is found again in its second. What the
    /// guard demands of a claim depends on all that is under way then.
    pub(super) fn prepare(&mut self, id: u64) {
        let is_claim = self.flights.get(&id).is_some_and(|flight| posts_bond(&flight.intent.operation));
        if is_claim && self.balance.floor(0) != Some(0) {
            return;
        }
        if let Ok(Some(prepared)) = self.sign(id, false) {
            self.prepared.insert(id, prepared);
        }
    }

    /// Sends a transaction, or first simulates it if its like has failed, or its cost cannot be bounded otherwise.
    pub(super) fn launch(&mut self, id: u64) {
        let Some(flight) = self.flights.get(&id) else { return };
        let operation = &flight.intent.operation;
        let failed = self.failures.get(&(flight.intent.keys.vehicle, operation.name()));
        if failed.is_some_and(|failed| failed.simulate) || self.is_unbounded(operation) {
            let payer = self.payers.for_number(self.signed, &flight.instructions);
            match draft(&flight.instructions, payer) {
                Ok(draft) => self.calls.simulate(id, draft, self.config.max_outlay_lamports),
                Err(reason) => self.not_sent(id, &reason),
            }
            return;
        }
        self.wait(id);
    }

    /// Lines a transaction up to be sent.
    pub(super) fn wait(&mut self, id: u64) {
        if let Some(flight) = self.flights.get(&id) {
            self.waiting.insert((flight.intent.operation.priority(), id));
        }
        self.dispatch();
    }

    /// Sends what waits, the most urgent first, as long as there is room.
    pub(super) fn dispatch(&mut self) {
        while self.flying.len() < self.config.max_in_flight.max(1) {
            let Some(&(priority, id)) = self.waiting.first() else { return };
            let prepared =
                self.prepared.remove(&id).filter(|copy| copy.signed_at.elapsed() < OLDEST_PREPARED);
            let copy = match prepared.map_or_else(|| self.sign(id, false), |copy| Ok(Some(copy))) {
                Ok(Some(copy)) => copy,
                // Without a blockhash everything waits.
                Ok(None) => return,
                Err(reason) => {
                    self.waiting.remove(&(priority, id));
                    self.not_sent(id, &reason);
                    continue;
                }
            };
            self.waiting.remove(&(priority, id));
            self.fly(id, copy);
        }
    }

    /// Signs a copy; `None` as long as there is no blockhash.
    pub(super) fn sign(&mut self, id: u64, early: bool) -> Result<Option<Attempt>, NotSent> {
        let Some(flight) = self.flights.get_mut(&id) else { return Ok(None) };
        let Some(blockhash) = self.blockhash.borrow().filter(Blockhash::is_fresh) else { return Ok(None) };
        let Intent { keys, keeper, operation, .. } = &flight.intent;
        let limit = self.config.max_outlay_lamports;
        let attempts =
            self.failures.get(&(keys.vehicle, operation.name())).map_or(0, |failures| failures.count);
        let price = self.prices.offer(*self.recent_fee.borrow(), attempts);
        let priority_fee = priority_fee(flight.units, price);
        let fee = worst_cost(operation, 0, priority_fee);
        let cost = worst_cost(operation, self.rent, priority_fee);
        let mut instructions = flight.instructions.clone();
        let bond = bonded(operation).and_then(|action| self.bonds.get(&(keys.lender, action as u8)));
        let whole = cost.saturating_add(bond.copied().unwrap_or(0));
        check_cost(whole, limit)?;
        if posts_bond(operation) {
            // A lender may have raised the bond since. Of a balance that is not known the simulation judged. Others that are
            // ordered after this one may land before it.
            let others = whole.saturating_mul(2 * self.config.max_in_flight as u64);
            let floor = self.balance.floor(limit.saturating_add(others));
            if let Some(floor) = floor.filter(|floor| *floor > 0) {
                instructions.push(keeps_at_least(*keeper, floor));
            }
        }
        self.signed = self.signed.wrapping_add(1);
        let payer = self.payers.for_number(self.signed, &instructions);
        let budgeted = with_budget(flight.units, self.signed, price, &instructions);
        let transaction = sign(&budgeted, payer, blockhash.hash)?;
        let wire = bincode::serialize(&transaction).map_err(|_| NotSent::TooLong)?;
        if wire.len() > MOST_BYTES {
            return Err(NotSent::TooLong);
        }
        let now = Instant::now();
        Ok(Some(Attempt {
            signature: transaction.signatures[0],
            wire: STANDARD.encode(wire),
            fee,
            blockhash: blockhash.hash,
            blockhash_slot: blockhash.slot,
            signed_at: now,
            resend_at: now + RESEND,
            accepted: false,
            expired_at: None,
            early,
            fate: Fate::Open,
        }))
    }

    /// Sends a copy for the first time.
    pub(super) fn fly(&mut self, id: u64, mut copy: Attempt) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        copy.resend_at = Instant::now() + RESEND;
        flight.span.in_scope(
            || info!(signature = %copy.signature, units = flight.units, early = copy.early, "sending"),
        );
        self.calls.send((id, flight.attempts.len()), &copy.wire);
        flight.attempts.push(copy);
        self.flying.insert(id);
    }

    /// Sends what may be due in the next slot.
    pub(super) fn send_early(&mut self) {
        let mut likely = BTreeMap::new();
        let due: Vec<u64> = self
            .held
            .iter()
            .take_while(|(due, _)| {
                *likely.entry(*due).or_insert_with(|| self.forecast.next_slot_reaches(*due)) > LIKELY
            })
            .map(|(_, id)| *id)
            .collect();
        for id in due {
            if self.flying.len() >= self.config.max_in_flight {
                return;
            }
            let Some(flight) = self.flights.get(&id) else { continue };
            let key = (flight.intent.keys.vehicle, flight.intent.operation.name());
            if flight.attempts.len() >= MOST_EARLY
                || self.failures.contains_key(&key)
                || self.is_unbounded(&flight.intent.operation)
            {
                continue;
            }
            // The copy that was signed ahead serves the first attempt.
            let prepared = self.prepared.remove(&id).map(|copy| Attempt { early: true, ..copy });
            let copy = prepared.map_or_else(|| self.sign(id, true), |copy| Ok(Some(copy)));
            // What keeps it from being signed is found again in its second.
            if let Ok(Some(copy)) = copy {
                self.fly(id, copy);
            }
        }
    }

    /// Sends again what may have been lost on the way.
    pub(super) fn send_again(&mut self, now: Instant) {
        for id in &self.flying {
            let Some(flight) = self.flights.get_mut(id) else { continue };
            for (index, copy) in flight.attempts.iter_mut().enumerate() {
                if copy.is_open() && copy.expired_at.is_none() && now >= copy.resend_at {
                    copy.resend_at = now + RESEND;
                    self.calls.send_again((*id, index), &copy.wire);
                }
            }
        }
    }

    /// What waits for a blockhash that no node tells is not sent.
    pub(super) fn give_up_without_blockhash(&mut self) {
        if self.blockhash.borrow().is_some_and(|blockhash| blockhash.is_fresh()) {
            return;
        }
        let lost =
            |id: &u64| self.flights.get(id).is_some_and(|flight| flight.began.elapsed() > NO_BLOCKHASH);
        let lost: Vec<u64> = self.waiting.iter().map(|(_, id)| *id).filter(lost).collect();
        for id in lost {
            self.not_sent(id, &NotSent::NoBlockhash);
        }
    }
}

/// The action whose function sets the bond.
const fn bonded(operation: &Operation) -> Option<Action> {
    match operation {
        Operation::DeclareDefaultAndLock { .. } => Some(Action::Lock),
        Operation::Request { action, .. } | Operation::Claim { action, .. } => Some(*action),
        _ => None,
    }
}
