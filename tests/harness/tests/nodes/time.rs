//! The chain's time from nodes that do not tell it, or tell another.

use std::time::Duration;

use latchkey_harness::rpc::fake::{FakeChain, FakeNode};

use crate::setup::{Log, SLOT, one_node, watch};

const SOON: Duration = Duration::from_secs(2);
const YEAR: i64 = 365 * 86_400;

#[tokio::test]
async fn k1_a_clock_that_is_subscribed_to_and_never_pushed_is_asked_for() {
    let (chain, node) = one_node().await;
    node.faults(|faults| faults.no_clock = true);
    let mut watched = watch(&[&node]);
    // Two seconds of silence, and a second answer that confirms the first.
    let first = watched.clock(Duration::from_secs(4)).await.expect("the node is asked by RPC");
    assert!(first.abs_diff(chain.unix()) <= 1);
    for _ in 0..3 {
        watched.clock(SOON).await.expect("it is asked again and again");
    }
    assert_eq!(node.connections(), 1, "the socket stays: it tells of slots");
}

#[tokio::test]
async fn k4_a_single_node_that_is_a_year_ahead_once_decides_nothing_and_blocks_nothing() {
    let (log, _guard) = Log::collect();
    let (chain, node) = one_node().await;
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    node.faults(|faults| faults.clock_off_once = YEAR);
    for _ in 0..3 {
        let unix = watched.clock(SOON).await.expect("time goes on");
        assert!(unix.abs_diff(chain.unix()) <= 1, "{unix}");
    }
    assert!(log.text().contains("off by more than the others"), "{}", log.text());
}

#[tokio::test]
async fn k4_of_three_nodes_the_one_that_stays_a_year_ahead_or_behind_is_ignored() {
    for off in [YEAR, -YEAR] {
        let chain = FakeChain::start(SLOT);
        let mut nodes = Vec::new();
        for _ in 0..3 {
            nodes.push(FakeNode::start(&chain).await.unwrap());
        }
        nodes[0].faults(|faults| faults.clock_off = off);
        let mut watched = watch(&nodes.iter().collect::<Vec<_>>());
        for _ in 0..3 {
            let unix = watched.clock(SOON).await.expect("the time");
            assert!(unix.abs_diff(chain.unix()) <= 1, "{unix}");
        }
        // It recovers, and the others go.
        nodes[0].faults(|faults| faults.clock_off = 0);
        for node in &nodes[1..] {
            node.faults(|faults| faults.frozen = true);
        }
        for _ in 0..2 {
            let unix = watched.clock(SOON).await.expect("the node is believed again");
            assert!(unix.abs_diff(chain.unix()) <= 1, "{unix}");
        }
    }
}

#[tokio::test]
async fn a_year_ahead_in_the_very_first_reading_is_not_believed() {
    let (chain, node) = one_node().await;
    node.faults(|faults| faults.clock_off_once = YEAR);
    let unix = watch(&[&node]).clock(SOON).await.expect("the time");
    assert!(unix.abs_diff(chain.unix()) <= 1, "{unix}");
}
