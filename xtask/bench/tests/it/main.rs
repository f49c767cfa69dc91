//! What the committed page promises.

use latchkey_bench::cu::Costs;
use latchkey_bench::measurement::{BUMP_UNITS, Measurement};
use latchkey_bench::{cu, report};

const PAGE: &str = include_str!("../../../../docs/cost.md");

fn costs(compute_units: u64, bytes: usize, accounts: usize, program_bytes: u64) -> Costs {
    let instruction = "claim".to_owned();
    let measurement = Measurement { instruction, compute_units, bytes, accounts, missed: 0 };
    Costs { instructions: vec![measurement], transactions: Vec::new(), program_bytes }
}

fn page(costs: &Costs) -> String {
    let empty = format!("before\n{}after\n", report::PART.empty());
    report::PART.replace(&empty, &report::table(costs)).expect("the page has a place for a table")
}

#[test]
fn no_instruction_costs_more_than_its_committed_figure_and_a_little() {
    let regressions = report::regressions(PAGE, &cu::measure()).expect("the page has a table");
    assert!(
        regressions.is_empty(),
        "{}\nif it is worth it, `cargo xtask bench cu --write`",
        regressions.join("\n")
    );
}

#[test]
fn a_bump_that_misses_costs_what_the_page_says() {
    let registrations = cu::registrations();
    let (fewest, least) = registrations.iter().min().copied().expect("there are cars");
    assert!(registrations.iter().any(|(misses, _)| *misses > fewest), "not all cars have the same bump");
    for (misses, units) in registrations {
        assert_eq!(units - least, (misses - fewest) * BUMP_UNITS, "{misses} misses");
    }
}

/// Compute units that the runtime grants an instruction unless the sender asks for more.
const GRANTED: u64 = 200_000;

#[test]
fn every_instruction_fits_what_is_granted_without_asking() {
    let costs = cu::measure();
    for cost in &costs.instructions {
        assert!(cost.compute_units < GRANTED, "{} needs {} units", cost.instruction, cost.compute_units);
    }
    // The four instructions of a lock fit what two of them are granted.
    let [lock] = &costs.transactions[..] else {
        panic!("a lock is the one transaction of several instructions")
    };
    assert!(lock.compute_units < 2 * GRANTED, "{} needs {} units", lock.instruction, lock.compute_units);
}

/// Bytes that a transaction may have.
const MOST_BYTES: usize = 1_232;

#[test]
fn every_instruction_fits_a_transaction() {
    let costs = cu::measure();
    for cost in costs.instructions.iter().chain(&costs.transactions) {
        assert!(cost.bytes <= MOST_BYTES, "{} needs {} bytes", cost.instruction, cost.bytes);
    }
}

#[test]
fn five_percent_is_no_regression_and_more_is() {
    let page = page(&costs(1_000, 200, 20, 100_000));
    let found = |costs: &Costs| report::regressions(&page, costs).expect("the page has a table");
    assert!(found(&costs(1_050, 210, 21, 105_000)).is_empty());
    assert!(found(&costs(1, 1, 1, 1)).is_empty());
    assert_eq!(found(&costs(1_051, 200, 20, 100_000)), ["claim grew from 1,000 to 1,051 compute units"]);
    assert_eq!(found(&costs(1_000, 211, 20, 100_000)), ["claim grew from 200 to 211 bytes"]);
    assert_eq!(found(&costs(1_000, 200, 22, 100_000)), ["claim grew from 20 to 22 accounts"]);
    assert_eq!(found(&costs(1_000, 200, 20, 105_001)), ["the program grew from 100,000 to 105,001 bytes"]);
}

#[test]
fn an_instruction_that_came_or_went_is_reported() {
    let page = page(&costs(1_000, 200, 20, 100_000));
    let mut renamed = costs(1_000, 200, 20, 100_000);
    renamed.instructions[0].instruction = "take".to_owned();
    let found = report::regressions(&page, &renamed).expect("the page has a table");
    assert_eq!(found, ["take is new", "claim is gone"]);
}

#[test]
fn a_table_that_is_written_twice_stands_once() {
    let before = costs(1_000, 200, 20, 100_000);
    let after = costs(12_345, 1_232, 9, 1_234_567);
    let page = report::PART.replace(&page(&before), &report::table(&after)).expect("the page has a table");
    assert!(page.starts_with("before\n") && page.ends_with("\nafter\n"));
    let (rows, size) = report::read(&page).expect("the page has a table");
    assert_eq!((rows.len(), rows[0].compute_units, rows[0].bytes, rows[0].accounts), (1, 12_345, 1_232, 9));
    assert_eq!(size, 1_234_567);
}

#[test]
fn json_has_one_object_an_instruction_and_four_facts_in_each() {
    let lines = report::json_lines(&costs(1_000, 200, 20, 100_000)).expect("it is plain data");
    assert_eq!(lines, "{\"instruction\":\"claim\",\"compute_units\":1000,\"bytes\":200,\"accounts\":20}\n");
}
