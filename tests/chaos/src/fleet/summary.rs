//! Many seeds, and what became of them.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

use super::lie::Lie;
use super::plan::{Fault, Plan};
use super::run::{Report, run};

/// After so many seeds a long run says how far it has come.
const TOLD: usize = 100;

/// Runs one plan, in a runtime of its own whose time is virtual.
pub fn run_alone(plan: &Plan, lie: Option<Lie>) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(run(plan, lie))
}

/// What became of some seeds.
#[derive(Debug, Default)]
pub struct Summary {
    pub reports: Vec<Report>,
    /// What was wrong, by seed.
    pub wrong: Vec<(u64, String)>,
}

/// Runs plans on every core.
pub fn run_all(plans: &[Plan]) -> Summary {
    let next = AtomicUsize::new(0);
    let summary = Mutex::new(Summary::default());
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let ran = run_alone(plan, None);
                    let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
                    match ran {
                        Ok(report) => {
                            summary.reports.push(report);
                            if summary.reports.len().is_multiple_of(TOLD) {
                                eprintln!("{} seeds are right", summary.reports.len());
                            }
                        }
                        Err(wrong) => {
                            eprintln!("seed {}: {wrong:#}\n  {}", plan.seed, replay(plan.seed));
                            summary.wrong.push((plan.seed, format!("{wrong:#}")));
                        }
                    }
                }
            });
        }
    });
    summary.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The command that runs a seed again.
pub fn replay(seed: u64) -> String {
    format!("LATCHKEY_CHAOS_SEED={seed} cargo xtask test --suite chaos -- --no-capture one_seed")
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |of: fn(&Report) -> u64| self.reports.iter().map(of).sum::<u64>();
        writeln!(
            f,
            "{} seeds, {} loans, {} hours, {} wrong",
            self.reports.len() + self.wrong.len(),
            sum(|report| report.loans as u64),
            sum(|report| report.secs) / 3_600,
            self.wrong.len()
        )?;
        writeln!(
            f,
            "{} locks, {} unlocks, {} calls done, {} transactions",
            sum(|report| report.locks),
            sum(|report| report.unlocks),
            sum(|report| report.sums.calls_done),
            sum(|report| report.sums.transactions)
        )?;
        writeln!(
            f,
            "lamports: {} into calls, {} out of them, {} held; {} spent on transactions; {} bonds lost, each explained",
            sum(|report| report.sums.into_calls),
            sum(|report| report.sums.out_of_calls),
            sum(|report| report.sums.held),
            sum(|report| report.sums.spent),
            sum(|report| report.sums.bonds_lost)
        )?;
        let longest = |of: fn(&Report) -> u64| self.reports.iter().map(of).max().unwrap_or(0);
        writeln!(
            f,
            "the longest wait once all was well: {} s for a lock, {} s for an unlock",
            longest(|report| report.waited.0),
            longest(|report| report.waited.1)
        )?;
        for (fault, (seeds, times)) in self.fired() {
            writeln!(f, "  {:<24} in {seeds} seeds, {times} times", format!("{fault:?}"))?;
        }
        Ok(())
    }
}

impl Summary {
    /// In how many seeds each fault had an effect, and how many times.
    pub fn fired(&self) -> BTreeMap<Fault, (u64, u64)> {
        let mut fired = BTreeMap::new();
        for (fault, times) in self.reports.iter().flat_map(|report| &report.fired) {
            let (seeds, all): &mut (u64, u64) = fired.entry(*fault).or_default();
            *seeds += 1;
            *all += times;
        }
        fired
    }
}
