//! One lapse after another: from the second in which a loan may be declared in default to the settled lock.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use clap::Parser;
use latchkey_bench_figures::{Machine, Report, Spread, Table};
use latchkey_client::Pubkey;
use latchkey_harness::story::Chain as _;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::cars::Cars;
use crate::keeper::{BenchKeeper, Calls, Timing};
use crate::keeper_log::{Sending, kinds, sendings};
use crate::observer::Observer;
use crate::setup::Common;
use crate::usage::Usage;
use crate::world::{Due, World};

/// Options of the bench.
#[derive(Debug, Parser)]
pub struct Args {
    /// How many lapses
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub lapses: u32,

    /// When the keeper sends what must not come early [default: each of both, one after the other]
    #[arg(long, value_enum)]
    pub timing: Option<Timing>,

    /// Seconds from one lapse to the next
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub gap: u32,

    #[command(flatten)]
    pub common: Common,
}

/// How long the last lapse may take after its deadline.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(200);
/// Time for writing the loans and for the keeper's start, seconds, and so many loans more a second.
const SETUP_SECS: i64 = 20;
const LOANS_A_SEC: u32 = 20;
/// The grace of the first loan, seconds.
const GRACE_SECS: u32 = 20;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Measures, and gives the result.
pub async fn run(args: &Args) -> Result<()> {
    let machine = Machine::here();
    let timings = args.timing.map_or(vec![Timing::Thrifty, Timing::Eager], |timing| vec![timing]);
    let mut versions = String::new();
    let mut rounds = Vec::new();
    for timing in timings {
        let world = World::start(args.lapses as usize, args.common.seed).await?;
        versions = args.common.versions(&world.rpc).await?;
        rounds.push(round(args, &world, timing).await?);
    }
    let report = Report::new("bench lapse", &machine, &versions)
        .with("lapses", &args.lapses)
        .with("gap_secs", &args.gap)
        .with("seed", &args.common.seed)
        .line(format!("{} lapses of each kind, {} s apart. All times in seconds.", args.lapses, args.gap));
    let report = rounds.iter().fold(report, |report, round| round.told(report));
    args.common.output.give(&report.with("rounds", &rounds))?;
    match rounds.iter().find(|round| round.settled < args.lapses as usize) {
        Some(round) => {
            bail!("{} lapses of {} were missed", args.lapses as usize - round.settled, args.lapses)
        }
        None => Ok(()),
    }
}

/// What was measured of one kind of timing.
#[derive(Debug, Serialize)]
struct Round {
    timing: Timing,
    settled: usize,
    /// Since the clock was seen to have reached the deadline.
    stages: Vec<(&'static str, Option<Spread>)>,
    /// What the keeper takes from what it waits for to what it does.
    own: Vec<(&'static str, Option<Spread>)>,
    /// Locks that were sent before their time, and those of them that came too early.
    sent_early: usize,
    sent_again: usize,
    transactions: String,
    calls: Calls,
    calls_a_lock: f64,
    lamports_a_lock: f64,
    keeper: Usage,
}

async fn round(args: &Args, world: &World, timing: Timing) -> Result<Round> {
    let count = args.lapses as usize;
    let mut cars = world.cars(&args.common).await?;
    let first_due = world.chain.now().await? + SETUP_SECS + i64::from(args.lapses / LOANS_A_SEC);
    let loans = world.originate(first_due, |number| GRACE_SECS + number * args.gap).await?;
    let observer = Observer::start(world.localnet.websocket_port()).await?;
    let mut keeper = BenchKeeper::start(world, &args.common, timing, count).await?;
    let last = loans.iter().map(|loan| loan.deadline).max().unwrap_or(0);
    while observer.look(|seen| seen.confirmed.len()) < count {
        keeper.alive()?;
        cars.alive()?;
        observer.alive()?;
        if observer.look(|seen| seen.reached(last)).is_some_and(|at| at.elapsed() > PATIENCE) {
            eprintln!("{}", keeper.tail());
            break;
        }
        sleep(LOOK).await;
    }
    let settled = observer.look(|seen| seen.confirmed.len());
    let lamports_a_lock = world.fees_a_lock(&keeper.address, keeper.lamports, settled).await?;
    let usage = keeper.usage()?;
    let (calls, log) = keeper.stop().await?;
    let sent = Sent::read(&log);
    let locks = u32::try_from(settled.max(1))?;
    Ok(Round {
        timing,
        settled,
        stages: stages(&loans, &observer, &cars),
        own: own(&loans, &observer, &cars, &sent),
        sent_early: sent.early,
        sent_again: sent.again,
        transactions: kinds(&log),
        calls_a_lock: f64::from(u32::try_from(calls.total())?) / f64::from(locks),
        calls,
        lamports_a_lock,
        keeper: usage,
    })
}

fn stages(loans: &[Due], observer: &Observer, cars: &Cars) -> Vec<(&'static str, Option<Spread>)> {
    observer.look(|seen| {
        let spread = |at: &dyn Fn(&Pubkey) -> Option<Instant>| {
            Spread::of(
                loans.iter().filter_map(|loan| since(seen.reached(loan.deadline)?, at(&loan.vehicle)?)),
            )
        };
        vec![
            (
                "default and request visible at processed",
                spread(&|vehicle| seen.requested.get(vehicle).copied()),
            ),
            ("the same at confirmed", spread(&|vehicle| seen.leased.get(vehicle).copied())),
            ("command on the wire", spread(&|vehicle| Some(cars.heard(vehicle)?.command))),
            ("car's receipt on the wire", spread(&|vehicle| cars.heard(vehicle)?.receipt)),
            ("lock settled at processed", spread(&|vehicle| seen.settled.get(vehicle).copied())),
            ("lock settled at confirmed", spread(&|vehicle| seen.confirmed.get(vehicle).copied())),
        ]
    })
}

fn own(loans: &[Due], observer: &Observer, cars: &Cars, sent: &Sent) -> Vec<(&'static str, Option<Spread>)> {
    observer.look(|seen| {
        let spread = |of: &dyn Fn(&Due) -> Option<Duration>| Spread::of(loans.iter().filter_map(of));
        vec![
            (
                "clock reaches the deadline → lock sent",
                spread(&|loan| since(seen.reached(loan.deadline)?, *sent.locks.get(&loan.vehicle)?)),
            ),
            (
                "lease at confirmed → command on the wire",
                spread(&|loan| since(*seen.leased.get(&loan.vehicle)?, cars.heard(&loan.vehicle)?.command)),
            ),
            (
                "receipt on the wire → confirm sent",
                spread(&|loan| {
                    since(cars.heard(&loan.vehicle)?.receipt?, *sent.confirms.get(&loan.vehicle)?)
                }),
            ),
        ]
    })
}

/// Nothing if it was before: then it was not waited for.
#[expect(clippy::unnecessary_wraps, reason = "it ends a chain of options")]
fn since(from: Instant, at: Instant) -> Option<Duration> {
    Some(at.saturating_duration_since(from))
}

/// When the keeper sent what, as its log says.
#[derive(Default)]
struct Sent {
    /// By vehicle, the last copy of the request for a lock, and the first of the receipt.
    locks: HashMap<Pubkey, Instant>,
    confirms: HashMap<Pubkey, Instant>,
    early: usize,
    /// Copies beyond the first of a lock.
    again: usize,
}

impl Sent {
    fn read(log: &str) -> Self {
        let mut sent = Self::default();
        let now = (Instant::now(), SystemTime::now());
        for Sending { at, step, vehicle, early } in sendings(log) {
            let (Ok(vehicle), Some(at)) = (vehicle.parse::<Pubkey>(), instant(now, at)) else { continue };
            match step.as_str() {
                "request_lock" => {
                    sent.early += usize::from(early);
                    sent.again += usize::from(sent.locks.insert(vehicle, at).is_some());
                }
                "confirm" => _ = sent.confirms.entry(vehicle).or_insert(at),
                _ => {}
            }
        }
        sent
    }
}

/// The moment at which it was `time_of_day`, within the day that ends now.
fn instant((now, clock): (Instant, SystemTime), time_of_day: Duration) -> Option<Instant> {
    let today = clock.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let today = today.checked_sub(Duration::from_secs(today.as_secs() / DAY * DAY))?;
    let ago = match today.checked_sub(time_of_day) {
        Some(ago) => ago,
        None => (today + Duration::from_secs(DAY)).checked_sub(time_of_day)?,
    };
    now.checked_sub(ago)
}

impl Round {
    fn told(&self, report: Report) -> Report {
        let name = self.timing.name();
        let mut stages = Table::new(
            [format!("{name}: since the clock reached the deadline").as_str()]
                .into_iter()
                .chain(Spread::HEADINGS),
        );
        let mut own = Table::new(
            [format!("{name}: the keeper's own steps").as_str()].into_iter().chain(Spread::HEADINGS),
        );
        for (table, rows) in [(&mut stages, &self.stages), (&mut own, &self.own)] {
            for (name, spread) in rows {
                let cells =
                    spread.map_or([(); 4].map(|()| "never".to_owned()), |spread| spread.cells(1.0, 3));
                table.row([(*name).to_owned()].into_iter().chain(cells));
            }
        }
        let Self { settled, sent_early, sent_again, calls_a_lock, lamports_a_lock, keeper, .. } = self;
        report.table(&stages).table(&own).line(format!(
            "{settled} settled; {sent_early} sent before their time, {sent_again} signed again. Transactions: {}. A lock: {calls_a_lock:.1} RPC \
             calls ({}), {lamports_a_lock:.0} lamports of fees. The keeper used {:.1} s of processor time and {:.0} MB.",
            self.transactions,
            self.calls.told(),
            keeper.cpu_secs,
            keeper.peak_mb,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_lies_in_the_day_that_ends_now() {
        let now = Instant::now() + Duration::from_secs(200_000);
        let at = |secs| {
            instant(
                (now, SystemTime::UNIX_EPOCH + Duration::from_secs(3 * DAY + 60)),
                Duration::from_secs(secs),
            )
        };
        assert_eq!(at(50), now.checked_sub(Duration::from_secs(10)));
        assert_eq!(at(60), Some(now));
        assert_eq!(at(86_390), now.checked_sub(Duration::from_secs(70)));
    }
}
