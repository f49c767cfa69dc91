//! The table for people, the lines for programs, and the table that is committed.

use anyhow::{Context, Result, ensure};
use latchkey_bench_figures::{Part, Table, grouped};

use crate::cu::Costs;
use crate::measurement::Measurement;

/// The generated part of the committed page.
pub const PART: Part = Part { command: "bench cu" };

/// By how much a cost may grow before it is a regression, percent.
pub const TOLERANCE_PERCENT: u64 = 5;

const HEADINGS: [&str; 5] = ["instruction", "compute units", "of them missed bumps", "bytes", "accounts"];

/// One JSON object an instruction, one a line.
pub fn json_lines(costs: &Costs) -> Result<String> {
    let mut lines = String::new();
    for measurement in &costs.instructions {
        lines.push_str(&serde_json::to_string(measurement)?);
        lines.push('\n');
    }
    Ok(lines)
}

/// The table, aligned, and the program's size below it.
pub fn table(costs: &Costs) -> String {
    let mut table = Table::new(HEADINGS);
    for measurement in costs.instructions.iter().chain(&costs.transactions) {
        table.row(row(measurement));
    }
    format!("{table}\nThe program has {} bytes.\n", grouped(costs.program_bytes))
}

fn row(measurement: &Measurement) -> [String; 5] {
    let Measurement { instruction, compute_units, bytes, accounts, missed } = measurement;
    [
        format!("`{instruction}`"),
        grouped(*compute_units),
        grouped(*missed),
        grouped(*bytes as u64),
        accounts.to_string(),
    ]
}

/// What the committed page says something costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// An instruction, or a transaction of several.
    pub name: String,
    /// Compute units.
    pub compute_units: u64,
    /// Bytes.
    pub bytes: u64,
    /// Accounts.
    pub accounts: u64,
}

/// The rows of the committed page, and the program's size.
pub fn read(page: &str) -> Result<(Vec<Committed>, u64)> {
    let table = PART.read(page)?;
    let mut rows = Vec::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        ensure!(cells.len() == HEADINGS.len(), "not a row of the table: {line}");
        rows.push(Committed {
            name: cells[0].trim_matches('`').to_owned(),
            compute_units: number(cells[1])?,
            bytes: number(cells[3])?,
            accounts: number(cells[4])?,
        });
    }
    let size = table.lines().find_map(|line| line.strip_prefix("The program has ")?.strip_suffix(" bytes."));
    Ok((rows, number(size.context("the page has no line with the program's size")?)?))
}

fn number(text: &str) -> Result<u64> {
    text.replace(',', "").parse().with_context(|| format!("{text} is not a number"))
}

/// What grew beyond the tolerance, or is not in the page, or no longer exists: one sentence each.
pub fn regressions(page: &str, costs: &Costs) -> Result<Vec<String>> {
    let (committed, size) = read(page)?;
    let measured: Vec<&Measurement> = costs.instructions.iter().chain(&costs.transactions).collect();
    let mut found = Vec::new();
    let mut compare = |name: &str, what: &str, before: u64, now: u64| {
        if now * 100 > before * (100 + TOLERANCE_PERCENT) {
            found.push(format!("{name} grew from {} to {} {what}", grouped(before), grouped(now)));
        }
    };
    compare("the program", "bytes", size, costs.program_bytes);
    for now in &measured {
        let Some(before) = committed.iter().find(|row| row.name == now.instruction) else { continue };
        compare(&before.name, "compute units", before.compute_units, now.compute_units);
        compare(&before.name, "bytes", before.bytes, now.bytes as u64);
        compare(&before.name, "accounts", before.accounts, now.accounts as u64);
    }
    let is_measured = |name: &str| measured.iter().any(|now| now.instruction == name);
    let is_committed = |name: &str| committed.iter().any(|row| row.name == name);
    found.extend(
        measured
            .iter()
            .filter(|now| !is_committed(&now.instruction))
            .map(|now| format!("{} is new", now.instruction)),
    );
    found.extend(
        committed.iter().filter(|row| !is_measured(&row.name)).map(|row| format!("{} is gone", row.name)),
    );
    Ok(found)
}
