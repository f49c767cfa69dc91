//! Loans of which none falls due: what a keeper takes that watches them.

use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use latchkey_bench_figures::{Machine, Report, Table, grouped};
use latchkey_harness::story::Chain as _;
use tokio::time::sleep;

use crate::keeper::{BenchKeeper, Timing};
use crate::setup::Common;
use crate::world::World;

/// Options of the bench.
#[derive(Debug, Parser)]
pub struct Args {
    /// How many loans
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub loans: u32,

    /// How long the keeper is watched, seconds: two of its minutely readings fall into the usual time
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub secs: u32,

    #[command(flatten)]
    pub common: Common,
}

/// The first instalments are due so far ahead.
const AHEAD_SECS: i64 = 30 * 86_400;
/// Time for the keeper's first reading of the wallets.
const SETTLE: Duration = Duration::from_secs(15);

/// Measures, and gives the result.
pub async fn run(args: &Args) -> Result<()> {
    let machine = Machine::here();
    let world = World::start(args.loans as usize, args.common.seed).await?;
    let versions = args.common.versions(&world.rpc).await?;
    world.originate(world.chain.now().await? + AHEAD_SECS, |_| 86_400).await?;
    let mut keeper = BenchKeeper::start(&world, &args.common, Timing::Thrifty, 1).await?;
    sleep(SETTLE).await;
    let before = keeper.usage()?;
    sleep(Duration::from_secs(u64::from(args.secs))).await;
    keeper.alive()?;
    let after = keeper.usage()?;
    let (calls, _) = keeper.stop().await?;
    let percent = after.cpu_since(&before) / f64::from(args.secs) * 100.0;
    let mut table = Table::new(["loans", "of a core", "memory, MB", "most memory, MB"]);
    table.row([
        grouped(u64::from(args.loans)),
        format!("{percent:.2} %"),
        format!("{:.0}", after.held_mb),
        format!("{:.0}", after.peak_mb),
    ]);
    let report = Report::new("bench idle", &machine, &versions)
        .line(format!("None of the loans falls due, and the keeper is watched for {} s.", args.secs))
        .table(&table)
        .line(format!("RPC calls since its start: {}.", calls.told()))
        .with("loans", &args.loans)
        .with("secs", &args.secs)
        .with("percent_of_a_core", &percent)
        .with("keeper", &after)
        .with("calls", &calls);
    args.common.output.give(&report)
}
