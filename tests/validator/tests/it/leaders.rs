//! A keeper whose nodes take no transaction at all: it sends them straight to the validator that makes the blocks.

use std::fs;

use anyhow::{Result, ensure};
use latchkey_harness::gate::Passage;
use latchkey_tests_validator::{Missed, each_ends_locked};

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_sends_to_the_leaders_needs_no_node_to_take_a_transaction() {
    each_ends_locked([()], send_to_leaders).await;
}

async fn send_to_leaders(loan: &mut Missed, (): ()) -> Result<()> {
    let keeper = &mut loan.testbed.keeper;
    keeper.process.kill()?;
    let config = keeper.process.log().with_file_name("keeper.toml");
    let before = fs::read_to_string(&config)?;
    let after = before.replace("[chain]\n", "[chain]\nsend_to = \"leaders\"\n");
    ensure!(after != before, "the configuration has no [chain]");
    fs::write(&config, after)?;
    keeper.lines.validator.cut();
    keeper.lines.validator.set(Passage::NoTransactions);
    keeper.process.start_again()
}
