//! All lapses in one second: how many locks a second the keeper asks for and settles.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use clap::Parser;
use latchkey_bench_figures::{Machine, Report, Spread, Table, grouped};
use latchkey_harness::story::Chain as _;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::cars::Cars;
use crate::keeper::{BenchKeeper, Calls, Timing};
use crate::keeper_log::kinds;
use crate::observer::{Observer, Seen, Times};
use crate::setup::Common;
use crate::usage::Usage;
use crate::world::{Due, World};

/// Options of the bench.
#[derive(Debug, Parser)]
pub struct Args {
    /// How many loans fall due in the one second
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub loans: u32,

    /// When the keeper sends what must not come early
    #[arg(long, value_enum, default_value = "thrifty")]
    pub timing: Timing,

    /// The longest that it may take until every lock is settled, seconds
    #[arg(long, default_value_t = 180)]
    pub limit: u64,

    #[command(flatten)]
    pub common: Common,
}

const LOOK: Duration = Duration::from_millis(100);
/// Time for the loans and the keeper's start, seconds, and so many loans more a second.
const SETUP_SECS: i64 = 25;
const LOANS_A_SEC: i64 = 30;
const GRACE_SECS: u32 = 30;

/// Measures, and gives the result.
pub async fn run(args: &Args) -> Result<()> {
    let machine = Machine::here();
    let count = args.loans as usize;
    let world = World::start(count, args.common.seed).await?;
    let versions = args.common.versions(&world.rpc).await?;
    let mut cars = world.cars(&args.common).await?;
    let first_due = world.chain.now().await? + SETUP_SECS + i64::from(args.loans) / LOANS_A_SEC;
    let loans = world.originate(first_due, |_| GRACE_SECS).await?;
    let deadline = first_due + i64::from(GRACE_SECS);
    let observer = Observer::start(world.localnet.websocket_port()).await?;
    let mut keeper = BenchKeeper::start(&world, &args.common, args.timing, count).await?;
    let late = observer.look(|seen| seen.reached(deadline)).is_some();
    ensure!(!late, "the setup took longer than planned: try fewer loans");
    let reached = loop {
        keeper.alive()?;
        if let Some(at) = observer.look(|seen| seen.reached(deadline)) {
            break at;
        }
        sleep(LOOK).await;
    };
    let before = Used::now(&keeper, &world, &cars)?;
    while observer.look(|seen| seen.confirmed.len()) < count && reached.elapsed().as_secs() < args.limit {
        keeper.alive()?;
        cars.alive()?;
        observer.alive()?;
        sleep(LOOK).await;
    }
    let used = Used::now(&keeper, &world, &cars)?;
    let settled = observer.look(|seen| seen.confirmed.len());
    if settled < count {
        eprintln!("{}", keeper.tail());
    }
    let lamports_a_lock = world.fees_a_lock(&keeper.address, keeper.lamports, settled).await?;
    let (calls, log) = keeper.stop().await?;
    let drained = Drained {
        settled,
        stages: observer.look(|seen| stages(seen, reached)),
        transactions: kinds(&log),
        commands: Commands::count(&loans, &cars),
        calls_a_lock: f64::from(u32::try_from(calls.total())?) / f64::from(u32::try_from(settled.max(1))?),
        calls,
        lamports_a_lock,
    };
    let report = Report::new("bench drain", &machine, &versions)
        .with("loans", &args.loans)
        .with("timing", &args.timing)
        .with("seed", &args.common.seed)
        .with("keeper", &used.keeper)
        .with("keeper_cpu_secs", &used.keeper.cpu_since(&before.keeper));
    args.common.output.give(&drained.told(args, report, &processes(&before, &used)))?;
    if settled < count {
        bail!("{} of {count} locks were not settled within {} s", count - settled, args.limit);
    }
    Ok(())
}

/// What was measured.
#[derive(Serialize)]
struct Drained {
    settled: usize,
    stages: [(&'static str, Option<Spread>); 3],
    transactions: String,
    commands: Commands,
    calls: Calls,
    calls_a_lock: f64,
    lamports_a_lock: f64,
}

impl Drained {
    fn told(&self, args: &Args, report: Report, processes: &Table) -> Report {
        let Self { settled, calls, calls_a_lock, lamports_a_lock, transactions, commands, .. } = self;
        let headings = ["since the clock reached the deadline, s"].into_iter();
        let mut stages = Table::new(headings.chain(Spread::HEADINGS).chain(["a second"]));
        for (name, spread) in &self.stages {
            if let Some(spread) = spread {
                let figures = spread.cells(1.0, 2).into_iter().chain([format!("{:.0}", rate(spread))]);
                stages.row([(*name).to_owned()].into_iter().chain(figures));
            }
        }
        report
            .line(format!(
                "{} loans due in one second, {}; {} settled. `work.locks_per_hour` is {} here: with its usual value the breaker \
                 would stop the locks.",
                grouped(u64::from(args.loans)),
                args.timing.name(),
                grouped(*settled as u64),
                grouped(u64::from(args.loans)),
            ))
            .table(&stages)
            .table(processes)
            .line(format!(
                "A lock: {calls_a_lock:.1} RPC calls ({}), {lamports_a_lock:.0} lamports of fees. Transactions: \
                 {transactions}. The cars heard {} commands, {} of them more than once; {} cars heard none.",
                calls.told(),
                commands.all,
                commands.repeated,
                commands.cars_without,
            ))
            .with("drained", self)
    }
}

fn processes(before: &Used, after: &Used) -> Table {
    let mut table =
        Table::new(["from the deadline to the last lock", "processor time, s", "most memory, MB"]);
    for (name, before, after) in before.beside(after) {
        table.row([
            name.to_owned(),
            format!("{:.1}", after.cpu_since(before)),
            format!("{:.0}", after.peak_mb),
        ]);
    }
    table
}

fn stages(seen: &Seen, reached: Instant) -> [(&'static str, Option<Spread>); 3] {
    let spread = |times: &Times| Spread::of(times.values().map(|at| at.saturating_duration_since(reached)));
    [
        ("lock requested, at processed", spread(&seen.requested)),
        ("lock settled, at processed", spread(&seen.settled)),
        ("lock settled, at confirmed", spread(&seen.confirmed)),
    ]
}

/// How many a second, from the deadline to the last.
fn rate(spread: &Spread) -> f64 {
    let count = f64::from(u32::try_from(spread.count).unwrap_or(u32::MAX));
    if spread.worst > 0.0 { count / spread.worst } else { 0.0 }
}

/// What each process used.
struct Used {
    keeper: Usage,
    validator: Option<Usage>,
    broker: Usage,
    cars: Usage,
    bench: Usage,
}

impl Used {
    fn now(keeper: &BenchKeeper, world: &World, cars: &Cars) -> Result<Self> {
        Ok(Self {
            keeper: keeper.usage()?,
            validator: world.localnet.process().map(|process| Usage::of(process.id())).transpose()?,
            broker: Usage::of(world.broker.process().id())?,
            cars: Usage::of(cars.process_id())?,
            bench: Usage::of(std::process::id())?,
        })
    }

    /// Each process with what it used before and after.
    fn beside<'u>(&'u self, after: &'u Self) -> impl Iterator<Item = (&'static str, &'u Usage, &'u Usage)> {
        let each = |used: &'u Self| {
            [
                ("keeper", Some(&used.keeper)),
                ("validator", used.validator.as_ref()),
                ("broker", Some(&used.broker)),
                ("cars", Some(&used.cars)),
                ("this bench", Some(&used.bench)),
            ]
        };
        each(self).into_iter().zip(each(after)).filter_map(|((name, one), (_, two))| Some((name, one?, two?)))
    }
}

/// Commands that the cars heard.
#[derive(Serialize)]
struct Commands {
    all: u32,
    /// Beyond the first of each car.
    repeated: u32,
    cars_without: usize,
}

impl Commands {
    fn count(loans: &[Due], cars: &Cars) -> Self {
        let heard = loans.iter().map(|loan| cars.heard(&loan.vehicle).map_or(0, |heard| heard.commands));
        heard.fold(
            Self { all: 0, repeated: 0, cars_without: 0 },
            |Self { all, repeated, cars_without }, commands| Self {
                all: all + commands,
                repeated: repeated + commands.saturating_sub(1),
                cars_without: cars_without + usize::from(commands == 0),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_from_the_deadline_to_the_last() {
        let spread = Spread::of([1, 2, 4].map(Duration::from_secs)).expect("there are times");
        assert!((rate(&spread) - 0.75).abs() < 1e-9);
    }
}
