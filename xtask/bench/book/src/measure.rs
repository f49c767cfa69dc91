//! Fills a core with loans and measures what it then takes for an event.

use std::fs;
use std::time::{Duration, Instant};

use anchor_lang::prelude::Pubkey;
use anyhow::{Context as _, Result, ensure};
use latchkey_bench_figures::Spread;
use latchkey_keeper::core::{Core, Event, Hosts, Policy, Setup, Update};
use serde::{Deserialize, Serialize};

use crate::fleet::{self, FleetLoan};

/// Loans that are taken in with one event: few, so that the event itself takes no memory worth counting.
const PAGE: u32 = 100;
/// Loans that are updated.
const UPDATES: u32 = 10_000;
/// Clocks in which nothing falls due, and seconds in which the usual does.
const IDLE_CLOCKS: u32 = 100_000;
const BUSY_SECS: u32 = 3_600;

/// What a book of some size costs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Costs {
    pub loans: u32,
    /// Memory of the process that came with the book, an even share for each loan.
    pub bytes_a_loan: f64,
    /// Decoding the accounts of a loan and taking them in.
    pub taking_in_secs: f64,
    /// Deciding about a loan for the first time.
    pub first_decision_secs: f64,
    /// One changed loan: decoded, taken in, decided about.
    pub update_p50_secs: f64,
    pub update_p99_secs: f64,
    /// A clock in whose second nothing falls due.
    pub idle_clock_secs: f64,
    /// A clock while the due dates are spread over a month.
    pub busy_clock_secs: f64,
}

impl Costs {
    /// In the order and units of the table.
    pub const fn figures(&self) -> [f64; 7] {
        const MICRO: f64 = 1e6;
        [
            self.bytes_a_loan,
            self.taking_in_secs * MICRO,
            self.first_decision_secs * MICRO,
            self.update_p50_secs * MICRO,
            self.update_p99_secs * MICRO,
            self.idle_clock_secs * 1e9,
            self.busy_clock_secs * MICRO,
        ]
    }
}

/// Measures a book of so many loans.
pub fn measure(loans: u32) -> Result<Costs> {
    let setup =
        Setup { keeper: Pubkey::new_from_array([9; 32]), policy: policy(), escrow_rent: 0, jitter: 7 };
    let mut core = Core::new(setup);
    let before = resident_bytes()?;
    apply(&mut core, Event::Snapshot(fleet::lenders(loans, 1)));
    let mut taking_in = Duration::ZERO;
    for from in (0..loans).step_by(PAGE as usize) {
        let page: Vec<FleetLoan> = (from..loans.min(from + PAGE)).map(FleetLoan::new).collect();
        let event = Event::Update(fleet::page(&page, 1));
        taking_in += timed(|| apply(&mut core, event));
    }
    ensure!(core.loans() == loans as usize, "the core has {} loans of {loans}", core.loans());
    let first_decision = timed(|| apply(&mut core, Event::Clock(fleet::NOW)));
    let bytes = resident_bytes()?.saturating_sub(before);

    let updates: Vec<Duration> = (0..UPDATES.min(loans)).map(|number| update(&mut core, number)).collect();
    let updates = Spread::of(updates).context("no loan was updated")?;
    let idle = timed(|| {
        for _ in 0..IDLE_CLOCKS {
            core.apply(Event::Clock(fleet::NOW));
        }
    });
    let busy = timed(|| {
        for secs in 1..=BUSY_SECS {
            apply(&mut core, Event::Clock(fleet::NOW + i64::from(secs)));
        }
    });
    Ok(Costs {
        loans,
        bytes_a_loan: f64::from(u32::try_from(bytes >> 10)?) * 1_024.0 / f64::from(loans),
        taking_in_secs: (taking_in / loans).as_secs_f64(),
        first_decision_secs: (first_decision / loans).as_secs_f64(),
        update_p50_secs: updates.p50,
        update_p99_secs: updates.p99,
        idle_clock_secs: idle.as_secs_f64() / f64::from(IDLE_CLOCKS),
        busy_clock_secs: busy.as_secs_f64() / f64::from(BUSY_SECS),
    })
}

/// Takes an event in and decides until nothing is left to decide.
fn apply(core: &mut Core, event: Event) {
    core.apply(event);
    while core.is_behind() {
        core.proceed();
    }
}

/// How long one change of a loan takes.
fn update(core: &mut Core, number: u32) -> Duration {
    let mut changed = FleetLoan::new(number);
    changed.loan.ledger.as_of += 1;
    let account = (changed.keys.loan, Some(fleet::raw(&changed.loan)));
    let event = Event::Update(Update { slot: 2, accounts: vec![account], wallets: Vec::new() });
    timed(|| apply(core, event))
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn policy() -> Policy {
    Policy {
        min_fee: 0,
        lenders: Vec::new(),
        command_keys: vec![fleet::COMMAND_KEY],
        locks_per_hour: 200,
        hosts: Hosts::default(),
    }
}

/// Memory that this process holds and shares with no file.
fn resident_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("no RssAnon")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes << 10)
}
