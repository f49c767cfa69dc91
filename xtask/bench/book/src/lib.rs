//! What a loan costs the keeper's core: memory, and time an event. The loans are the same in every run.

mod fleet;
mod measure;

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use latchkey_bench_figures::{Machine, Output, Report, Table, grouped};
use measure::Costs;

/// Measure the keeper's core on books of several sizes
#[derive(Debug, Parser)]
pub struct Args {
    /// How many loans the books have
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000],
          value_parser = clap::value_parser!(u32).range(100..=5_000_000))]
    loans: Vec<u32>,

    /// Measure one size in this process
    #[arg(long, hide = true, conflicts_with_all = ["loans", "json", "write"])]
    one: Option<u32>,

    #[command(flatten)]
    output: Output,
}

/// Measures, and gives the result.
pub fn run(args: &Args) -> Result<()> {
    if let Some(loans) = args.one {
        println!("{}", serde_json::to_string(&measure::measure(loans)?)?);
        return Ok(());
    }
    let machine = Machine::here();
    let costs: Vec<Costs> = args.loans.iter().map(|loans| in_own_process(*loans)).collect::<Result<_>>()?;
    args.output.give(&report(&machine, &costs))
}

/// Each size has a process of its own, because memory that another one freed would be counted for none.
fn in_own_process(loans: u32) -> Result<Costs> {
    let mut command = Command::new(std::env::current_exe()?);
    let ran = command.args(["--one", &loans.to_string()]).stderr(Stdio::inherit()).output()?;
    ensure!(ran.status.success(), "the measurement of {loans} loans failed");
    serde_json::from_slice(&ran.stdout).context("the measurement told something else than its result")
}

fn report(machine: &Machine, costs: &[Costs]) -> Report {
    let versions = format!("latchkey-keeper {}, {}", env!("CARGO_PKG_VERSION"), profile());
    let headings = [
        "loans",
        "bytes a loan",
        "taking in, µs a loan",
        "first decision, µs a loan",
        "update p50, µs",
        "update p99, µs",
        "idle clock, ns",
        "busy clock, µs",
    ];
    let mut table = Table::new(headings);
    for cost in costs {
        let figures = cost.figures();
        let cells = figures.iter().zip(DECIMALS).map(|(figure, decimals)| format!("{figure:.decimals$}"));
        table.row([grouped(u64::from(cost.loans))].into_iter().chain(cells));
    }
    if let [first, .., last] = costs {
        let grown =
            first.figures().into_iter().zip(last.figures()).map(|(first, last)| {
                if first > 0.0 { format!("× {:.1}", last / first) } else { "-".to_owned() }
            });
        let times = f64::from(last.loans) / f64::from(first.loans);
        table.row([format!("× {times:.0}")].into_iter().chain(grown));
    }
    Report::new("bench book", machine, &versions).table(&table).with("books", &costs)
}

/// Decimals of [`Costs::figures`].
const DECIMALS: [usize; 7] = [0, 2, 2, 2, 2, 0, 2];

/// How this was built.
const fn profile() -> &'static str {
    if cfg!(debug_assertions) { "not optimised" } else { "optimised as it is shipped" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_book_is_measured_and_the_last_row_says_how_each_cost_grows() {
        let costs = measure::measure(200).expect("the core holds its loans");
        let machine = Machine { cores: 1, processor: "P".to_owned(), load: 0.0 };
        let doubled = Costs { loans: 400, update_p50_secs: costs.update_p50_secs * 2.0, ..costs.clone() };
        let text = report(&machine, &[costs, doubled]).text();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 5, "{text}");
        let cells: Vec<&str> = rows[4].split('|').map(str::trim).collect();
        assert_eq!((cells[1], cells[5]), ("× 2", "× 2.0"), "{text}");
    }
}
