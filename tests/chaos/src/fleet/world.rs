//! The world around the keepers: the chain, its nodes and their websockets, and what goes wrong with them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_client::Pubkey;
use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::state::Loan;
use latchkey_keeper::nodes::Answer;
use serde_json::{Value, json};
use solana_sdk::pubkey;
use solana_sdk::sysvar;
use solana_sdk::transaction::Transaction;
use tokio::sync::Notify;

use super::chain::Chain;
use super::draw::Draw;
use super::lie::{self, Lie};
use super::node::{self, TellsTime, View};
use super::plan::{Effect, Fault, Moment, Plan, Planned};
use super::trace::Trace;
use super::websocket::Socket;

const ED25519_PROGRAM: Pubkey = pubkey!("Ed25519SigVerify111111111111111111111111111");
/// Keepers set a compute limit, the parties here do not.
const BUDGET_PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
/// The longest fork, slots.
const LONGEST_FORK: u64 = 30;
/// How far a wrong Clock is off, seconds.
const OFF: i64 = 4 * 3_600;

/// The world, as many hold it.
pub type Shared = Arc<Mutex<World>>;

pub fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fault of the plan, and what became of it.
pub struct Active {
    pub planned: Planned,
    pub fired: u64,
    /// When it ended, seconds from the start.
    pub ended: Option<u64>,
}

/// A copy of a command that left for a car.
#[derive(Clone, Debug)]
pub struct Command {
    pub vehicle: Pubkey,
    pub invocation: Pubkey,
    /// The chain's newest slot then.
    pub slot: u64,
}

/// What becomes of a request.
pub enum Outcome {
    Answer(Answer),
    /// Nothing comes back.
    Silent,
    /// The connection breaks.
    Broken,
}

/// The world.
pub struct World {
    pub chain: Chain,
    pub draw: Draw,
    pub trace: Trace,
    pub faults: Vec<Active>,
    /// When each fault had an effect, the chain's time.
    pub fired_at: Vec<(Fault, i64)>,
    /// Commands for locks that left for a car.
    pub locks: Vec<Command>,
    pub lie: Option<Lie>,
    pub is_told: bool,
    /// The lender whose treasury takes no payment for a while, and that treasury.
    pub closing: (Pubkey, Pubkey),
    nodes: usize,
    pub(super) sockets: BTreeMap<u64, Socket>,
    pub(super) last_socket: u64,
    /// Until which slot no node tells the status of a transaction.
    unseen: BTreeMap<String, u64>,
    /// For each keeper: how long it is to be dead, seconds, once it has noticed that it is.
    crashes: Vec<Option<u64>>,
    pub crashed: Vec<Arc<Notify>>,
}

impl World {
    pub fn new(chain: Chain, plan: &Plan, lie: Option<Lie>) -> Self {
        let faults = plan.faults.iter().map(|planned| Active { planned: *planned, fired: 0, ended: None });
        Self {
            chain,
            draw: Draw::of(plan.seed, "world"),
            trace: Trace::default(),
            faults: faults.collect(),
            fired_at: Vec::new(),
            locks: Vec::new(),
            lie,
            closing: Default::default(),
            is_told: std::env::var_os("LATCHKEY_CHAOS_TELL").is_some(),
            nodes: plan.nodes,
            sockets: BTreeMap::new(),
            last_socket: 0,
            unseen: BTreeMap::new(),
            crashes: vec![None; plan.keepers],
            crashed: (0..plan.keepers).map(|_| Arc::default()).collect(),
        }
    }

    /// Notes something that happened.
    pub fn note(&mut self, what: &str) {
        self.trace.note((self.chain.slot(), what));
        if self.is_told {
            eprintln!("{:>5} s slot {} {what}", self.chain.elapsed(), self.chain.slot());
        }
    }

    /// Whether a fault is on for this node; `None` asks for any.
    fn is_on(&self, is: impl Fn(Fault) -> bool, node: Option<usize>) -> Option<usize> {
        let now = self.chain.elapsed();
        self.faults.iter().position(|active| {
            let Planned { fault, which, from, .. } = active.planned;
            let concerns = node.is_none_or(|node| which == node || which >= self.nodes);
            is(fault) && concerns && now >= from && active.ended.is_none()
        })
    }

    fn fire(&mut self, at: usize) {
        let (fault, now) = (self.faults[at].planned.fault, self.chain.now());
        self.faults[at].fired += 1;
        // A few times a second would say no more.
        if self.fired_at.last() != Some(&(fault, now)) {
            self.fired_at.push((fault, now));
        }
        if self.faults[at].fired == 1 {
            self.note(&format!("{fault:?} has an effect"));
        }
    }

    /// Whether a fault is on, which then has an effect.
    pub fn strikes(&mut self, fault: Fault, node: Option<usize>) -> bool {
        let on = self.is_on(|other| other == fault, node);
        on.inspect(|at| self.fire(*at)).is_some()
    }

    /// The same for one that strikes once.
    pub fn strikes_once(&mut self, fault: Fault) -> Option<Planned> {
        let at = self.is_on(|other| other == fault, None)?;
        self.fire(at);
        let planned = self.faults[at].planned;
        // A keeper that dies is dead for a while.
        let lasts = if matches!(fault, Fault::Crash(..)) { planned.secs } else { 0 };
        self.faults[at].ended = Some(self.chain.elapsed() + lasts);
        Some(planned)
    }

    /// Whether no fault is left, nor a keeper dead of one.
    pub fn is_healed(&self) -> bool {
        let now = self.chain.elapsed();
        self.faults.iter().all(|active| active.ended.is_some_and(|ended| ended <= now))
    }

    /// Whether a keeper dies at this effect.
    pub fn crashes(&mut self, keeper: usize, effect: Effect, moment: Moment) -> bool {
        let Some(planned) = self.strikes_once(Fault::Crash(effect, moment)) else { return false };
        self.note(&format!("keeper {keeper} dies {moment:?} {effect:?} for {} s", planned.secs));
        self.crashes[keeper] = Some(planned.secs);
        self.crashed[keeper].notify_one();
        true
    }

    /// How long a keeper that died is to be dead, seconds.
    pub fn take_crash(&mut self, keeper: usize) -> Option<u64> {
        self.crashes[keeper].take()
    }

    pub(super) fn view(&self, node: usize) -> View {
        let lag = self.is_on(|fault| fault == Fault::StaleReads, Some(node));
        // Enough to be wrong, and less than a node that is up takes to be noticed.
        let lag = lag.map_or(0, |at| 10 + self.faults[at].planned.secs);
        let clock = |fault| self.is_on(|other| other == fault, Some(node));
        let clock = if clock(Fault::ClockAhead).is_some() {
            TellsTime::Off(OFF)
        } else if clock(Fault::ClockBehind).is_some() {
            TellsTime::Off(-OFF)
        } else if let Some(at) = clock(Fault::ClockStuck) {
            let from = i64::try_from(self.faults[at].planned.from).unwrap_or(0);
            TellsTime::Stuck(self.chain.unix(super::chain::FIRST) + from)
        } else {
            TellsTime::Right
        };
        let stale = if self.lie == Some(Lie::StaleIsFresh) { lie::STALE_SLOTS } else { 0 };
        View { lag, clock, stale, lists_no_calls: self.lie == Some(Lie::ListsNoCalls) }
    }

    /// Notes what a view that is wrong does.
    pub(super) fn told_wrong(&mut self, node: usize, is_clock: bool) {
        let is = |fault| match fault {
            Fault::StaleReads => true,
            Fault::ClockAhead | Fault::ClockBehind | Fault::ClockStuck => is_clock,
            _ => false,
        };
        if let Some(at) = self.is_on(is, Some(node)) {
            self.fire(at);
        }
    }

    /// A request has reached a node. Returns what comes back, and whether the keeper died of it.
    pub fn request(&mut self, keeper: usize, node: usize, body: &str) -> (Outcome, bool) {
        let request: Value = serde_json::from_str(body).unwrap_or_default();
        let method = request["method"].as_str().unwrap_or_default().to_owned();
        let params = &request["params"];
        self.trace.note((keeper, node, body));
        if self.strikes(Fault::RpcSilent, Some(node)) {
            return (Outcome::Silent, false);
        }
        if self.strikes(Fault::RateLimited, Some(node)) {
            let retry_after = Some(Duration::from_secs(self.draw.between(1, 20)));
            return (Outcome::Answer(Answer { status: 429, retry_after, body: Vec::new() }), false);
        }
        if self.strikes(Fault::RpcErrors, Some(node)) {
            return (self.error(), false);
        }
        if method == "sendTransaction" {
            return self.send(keeper, params);
        }
        let view = self.view(node);
        self.told_wrong(node, params[0] == sysvar::clock::ID.to_string());
        let mut result = node::answer(&mut self.chain, view, &method, params);
        if method == "getSignatureStatuses"
            && let Ok(result) = &mut result
        {
            self.hide_unseen(params, result);
        }
        (Outcome::Answer(reply(result)), false)
    }

    /// One of the errors of nodes in trouble.
    fn error(&mut self) -> Outcome {
        let answer =
            |status, body: &str| Answer { status, retry_after: None, body: body.as_bytes().to_vec() };
        match self.draw.between(0, 4) {
            0 => Outcome::Answer(answer(503, "")),
            1 => Outcome::Answer(answer(500, "")),
            2 => Outcome::Answer(answer(200, "<html>bad gateway</html>")),
            3 => Outcome::Broken,
            _ => Outcome::Answer(reply(Err(anyhow::anyhow!("Node is unhealthy")))),
        }
    }

    /// The cars whose loans a transaction names.
    fn cars(&self, transaction: &Transaction) -> Vec<Pubkey> {
        let slot = self.chain.slot();
        let loan = |key: &Pubkey| {
            let account = self.chain.account(key, slot)?;
            decode_as::<Loan>("loan", &account.data).ok().map(|loan| loan.vehicle)
        };
        transaction.message.account_keys.iter().filter_map(loan).collect()
    }

    fn send(&mut self, keeper: usize, params: &Value) -> (Outcome, bool) {
        let Ok(transaction) = node::transaction(&params[0]) else { return (Outcome::Broken, false) };
        let signature = node::signature(&transaction);
        let effect = if is_confirm(&transaction) { Effect::Confirm } else { Effect::Send };
        if self.crashes(keeper, effect, Moment::Before) {
            return (Outcome::Silent, true);
        }
        let accepted = Outcome::Answer(reply(Ok(json!(signature))));
        if self.swallows(&transaction) {
            return (accepted, false);
        }
        if self.chain.landed(&signature).is_none() && self.strikes(Fault::NeverLands, None) {
            return (accepted, false);
        }
        let cars = self.cars(&transaction);
        let landed = self.chain.submit(transaction);
        if landed {
            let failed = self.chain.landed(&signature).and_then(|landed| landed.error.clone());
            self.note(&format!(
                "{effect:?} of keeper {keeper} landed, error {failed:?}: {signature} for {cars:?}"
            ));
        }
        if self.crashes(keeper, effect, Moment::After) {
            return (Outcome::Silent, true);
        }
        if landed && self.strikes(Fault::LandsUnseen, None) {
            self.unseen.insert(signature, self.chain.slot() + self.draw.between(5, 60));
            return (Outcome::Broken, false);
        }
        (accepted, false)
    }

    /// Whether a lie keeps the transaction from landing.
    fn swallows(&self, transaction: &Transaction) -> bool {
        match self.lie {
            Some(Lie::YieldsAreLost) => lie::yields(transaction),
            Some(Lie::UnlocksWaitForCollects) => {
                let concerns = transaction.message.account_keys.contains(&self.closing.0);
                let waits = concerns && self.chain.svm().account(&self.closing.1).is_none();
                waits && lie::requests_unlock(transaction)
            }
            _ => false,
        }
    }

    fn hide_unseen(&self, params: &Value, result: &mut Value) {
        let asked = params[0].as_array().into_iter().flatten();
        for (at, signature) in asked.enumerate() {
            let until = signature.as_str().and_then(|signature| self.unseen.get(signature));
            if until.is_some_and(|until| self.chain.slot() < *until) {
                result["value"][at] = Value::Null;
            }
        }
    }

    /// Somebody else's transaction. It is repeated until it is in a block.
    pub fn submit(&mut self, transaction: Transaction) -> bool {
        let signature = node::signature(&transaction);
        self.chain.submit(transaction);
        self.chain.landed(&signature).is_some_and(|landed| landed.error.is_none())
    }

    /// The next slot: blocks are dropped if a fork ends, nodes tell what is new, and faults end whose time is over.
    pub fn tick(&mut self) {
        self.chain.tick();
        if let Some(at) = self.is_on(|fault| fault == Fault::Fork, None) {
            if !self.chain.forks() {
                self.chain.begin_fork();
            }
            let Planned { from, secs, .. } = self.faults[at].planned;
            // It lasts until it has something to drop.
            let slots = self.chain.fork_slots();
            let is_long = self.chain.elapsed() >= from + secs && self.chain.fork_holds(is_keepers);
            if slots >= 2 && is_long || slots >= LONGEST_FORK {
                self.end_fork(at);
            }
        }
        for number in self.sockets.keys().copied().collect::<Vec<_>>() {
            self.push(number);
        }
        let now = self.chain.elapsed();
        let mut ended = Vec::new();
        for active in &mut self.faults {
            let Planned { from, secs, fault, .. } = active.planned;
            let is_over = active.fired > 0 && now >= from + secs;
            if active.ended.is_none() && is_over && fault != Fault::Fork {
                active.ended = Some(now);
                ended.push(fault);
            }
        }
        for fault in ended {
            self.note(&format!("{fault:?} has ended"));
        }
    }

    /// Blocks are dropped. What parties sent lands again; of what keepers sent, a part, and never the first.
    fn end_fork(&mut self, at: usize) {
        let mut is_first = true;
        let (dropped, stayed) = self.chain.end_fork(|draw, transaction| {
            !is_keepers(transaction) || !std::mem::take(&mut is_first) && draw.chance(40)
        });
        self.note(&format!("a fork ended: {dropped} transactions dropped, {stayed} landed again"));
        if dropped > stayed {
            self.fire(at);
            self.faults[at].ended = Some(self.chain.elapsed());
        }
    }
}

fn reply(result: anyhow::Result<Value>) -> Answer {
    let body = match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
        Err(error) => {
            let message = format!("{error:#}");
            let code = if message == node::BEHIND { -32_016 } else { -32_005 };
            let error = json!({ "code": code, "message": message });
            json!({ "jsonrpc": "2.0", "id": 1, "error": error })
        }
    };
    Answer { status: 200, retry_after: None, body: body.to_string().into_bytes() }
}

/// Whether a keeper sent a transaction: parties pay, and do little else.
fn is_keepers(transaction: &Transaction) -> bool {
    let keys = &transaction.message.account_keys;
    let programs = transaction.message.instructions.iter();
    let mut programs = programs.map(|instruction| keys.get(usize::from(instruction.program_id_index)));
    programs.any(|program| program == Some(&BUDGET_PROGRAM))
}

/// Whether a transaction brings a car's receipt.
fn is_confirm(transaction: &Transaction) -> bool {
    transaction.message.account_keys.contains(&ED25519_PROGRAM)
}
