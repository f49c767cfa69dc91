//! What is counted and measured, in the Prometheus text format. No label names a loan, a car or a person.

use std::fmt::Write as _;
use std::time::Duration;

use latchkey::state::Action;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::Stage;
use crate::core::{FunctionReply, Health, Verdict};

/// How a call or a transaction ended, as metrics name it.
pub trait Outcome {
    fn outcome(&self) -> &'static str;
}

impl Outcome for Verdict {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::NotSent => "not_sent",
            Self::Expired => "expired",
            Self::Outage => "outage",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Outcome for FunctionReply {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Receipt(_) => "receipt",
            Self::Retry => "no_receipt",
            Self::Outage => "outage",
            Self::Refused => "refused",
        }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Called {
    action: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Step {
    action: &'static str,
    stage: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Rpc {
    node: String,
    method: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Endpoint {
    endpoint: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Account {
    address: String,
    role: &'static str,
}

/// From a slot's time to a car that is out of reach for hours.
const SECONDS: [f64; 14] =
    [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 900.0, 3_600.0];

type Steps = Family<Step, Histogram, fn() -> Histogram>;

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// Everything that the keeper tells in numbers. Copies share the numbers.
pub struct Metrics {
    registry: Registry,
    clock: Gauge,
    clock_age: Gauge,
    read_all: Gauge,
    loans: Gauge,
    waiting: Gauge,
    longest_wait: Gauge,
    locked: Gauge,
    longest_locked: Gauge,
    leases: Gauge,
    calls_running: Gauge,
    locks_stopped: Gauge,
    transactions: Family<Ended, Counter>,
    fees_spent: Counter,
    fees_earned: Counter,
    calls: Family<Called, Counter>,
    steps: Steps,
    leases_lapsed: Counter,
    rpc: Family<Rpc, Counter>,
    firsts: Family<Endpoint, Counter>,
    balances: Family<Account, Gauge>,
    broker: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("latchkey_keeper"),
            clock: Gauge::default(),
            clock_age: Gauge::default(),
            read_all: Gauge::default(),
            loans: Gauge::default(),
            waiting: Gauge::default(),
            longest_wait: Gauge::default(),
            locked: Gauge::default(),
            longest_locked: Gauge::default(),
            leases: Gauge::default(),
            calls_running: Gauge::default(),
            locks_stopped: Gauge::default(),
            transactions: Family::default(),
            fees_spent: Counter::default(),
            fees_earned: Counter::default(),
            calls: Family::default(),
            steps: Steps::new_with_constructor(seconds),
            leases_lapsed: Counter::default(),
            rpc: Family::default(),
            firsts: Family::default(),
            balances: Family::default(),
            broker: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let lamports = || Unit::Other("lamports".to_owned());
        let it = &mut self.registry;
        let seconds = || Unit::Seconds;
        it.register_with_unit("chain_time", "The chain's time, Unix", seconds(), self.clock.clone());
        it.register_with_unit(
            "chain_time_age",
            "How long ago the chain's time last moved on",
            seconds(),
            self.clock_age.clone(),
        );
        it.register("read_all", "1 once every account of the program was read", self.read_all.clone());
        it.register("loans", "Loans that the keeper knows", self.loans.clone());
        it.register("loans_waiting", "Loans for which work is due that is not done", self.waiting.clone());
        it.register_with_unit(
            "longest_wait",
            "How long the first of them has waited, as far as this keeper has seen",
            seconds(),
            self.longest_wait.clone(),
        );
        it.register(
            "cars_locked_though_cured",
            "Cars that may be locked, as far as the chain knows, though an unlock is due",
            self.locked.clone(),
        );
        it.register_with_unit(
            "longest_locked_though_cured",
            "How long the first of them has been, as far as this keeper has seen",
            seconds(),
            self.longest_locked.clone(),
        );
        it.register("leases", "Leases that the keeper holds", self.leases.clone());
        it.register("calls_running", "Calls of functions under way", self.calls_running.clone());
        it.register("locks_stopped", "1 while the breaker has stopped locks", self.locks_stopped.clone());
        it.register(
            "transactions",
            "Transactions, by what they do and how they ended",
            self.transactions.clone(),
        );
        it.register_with_unit("fees_spent", "Network fees paid", lamports(), self.fees_spent.clone());
        it.register_with_unit("fees_earned", "Fees of calls settled", lamports(), self.fees_earned.clone());
        it.register("calls", "Calls of functions, by action and how they ended", self.calls.clone());
        it.register_with_unit(
            "stage",
            "How long each step of a call took: requested, commanded, proven, settled",
            seconds(),
            self.steps.clone(),
        );
        it.register(
            "leases_lapsed",
            "Leases of this keeper that lapsed before the call was done",
            self.leases_lapsed.clone(),
        );
        it.register("rpc_calls", "Calls of RPC methods, by node", self.rpc.clone());
        it.register("first_answers", "How often an endpoint was the first to tell", self.firsts.clone());
        it.register_with_unit(
            "balance",
            "What the keeper's accounts hold",
            lamports(),
            self.balances.clone(),
        );
        it.register("broker_connected", "1 while the broker is connected", self.broker.clone());
    }

    /// A transaction ended, and cost so much.
    pub fn transaction_ended(&self, operation: &'static str, verdict: Verdict, fees: u64) {
        self.transactions.get_or_create(&Ended { operation, outcome: verdict.outcome() }).inc();
        self.fees_spent.inc_by(fees);
    }

    /// A call was settled, and paid so much.
    pub fn earned(&self, lamports: u64) {
        self.fees_earned.inc_by(lamports);
    }

    /// A call of a function ended.
    pub fn call_ended(&self, action: Action, reply: &FunctionReply) {
        self.calls.get_or_create(&Called { action: action.name(), outcome: reply.outcome() }).inc();
    }

    /// A step of a call took so long.
    pub fn step(&self, action: Action, stage: Stage, took: Duration) {
        let step = Step { action: action.name(), stage: stage.name() };
        self.steps.get_or_create(&step).observe(took.as_secs_f64());
    }

    /// A lease lapsed.
    pub fn lease_lapsed(&self) {
        self.leases_lapsed.inc();
    }

    /// How the keeper stands.
    pub fn set_health(&self, health: &Health, loans: usize, clock_age: Duration) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let since = |at: Option<i64>| at.map_or(0, |at| health.now - at);
        self.clock.set(health.now);
        self.clock_age.set(i64::try_from(clock_age.as_secs()).unwrap_or(i64::MAX));
        self.read_all.set(health.has_read_all.into());
        self.loans.set(count(loans));
        self.waiting.set(count(health.loans_waiting));
        self.longest_wait.set(since(health.waiting_since));
        self.locked.set(count(health.locked_though_cured));
        self.longest_locked.set(since(health.locked_since));
        self.leases.set(count(health.leases));
        self.calls_running.set(count(health.calls_running));
        self.locks_stopped.set(health.locks_are_stopped.into());
    }

    /// How often a node was called since the start.
    pub fn set_rpc_calls(&self, node: &str, method: &'static str, calls: u64) {
        raise(&self.rpc.get_or_create(&Rpc { node: node.to_owned(), method }), calls);
    }

    /// How often an endpoint was the first to tell since the start.
    pub fn set_firsts(&self, endpoint: &str, firsts: u64) {
        raise(&self.firsts.get_or_create(&Endpoint { endpoint: endpoint.to_owned() }), firsts);
    }

    /// What an account of the keeper's holds.
    pub fn set_balance(&self, address: String, role: &'static str, lamports: u64) {
        let lamports = i64::try_from(lamports).unwrap_or(i64::MAX);
        self.balances.get_or_create(&Account { address, role }).set(lamports);
    }

    /// Whether the broker is connected.
    pub fn set_broker(&self, is_connected: bool) {
        self.broker.set(is_connected.into());
    }

    /// All of it as text.
    pub fn encode(&self) -> String {
        let mut told = String::new();
        if text::encode(&mut told, &self.registry).is_err() {
            // A string takes every text.
            _ = write!(told, "# EOF");
        }
        told
    }
}

/// A counter never falls.
fn raise(counter: &Counter, to: u64) {
    counter.inc_by(to.saturating_sub(counter.get()));
}
