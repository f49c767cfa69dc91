//! What a warning or a lock is judged by is recent, whatever a node that lags tells. An unlock is judged all the same.

use std::time::Duration;

use latchkey_client::{PROGRAM_ID, Pubkey};
use latchkey_function::{ChainReader as _, ReadError};
use latchkey_harness::rpc::fake::{FakeChain, FakeNode};
use latchkey_keeper::ledger::Ledger as _;
use tokio::time::{sleep, timeout};

use crate::setup::{SLOT, Watched, config, one_node, watch_with};

const SOON: Duration = Duration::from_secs(8);
/// Further than a node may lag.
const LAG: u64 = 17;

/// The slot that a reading must have reached, once the chain is old enough to tell a node that lags.
async fn recent_slot(watched: &mut Watched) -> u64 {
    let told = async {
        while watched.ledger.recent_slot() <= LAG {
            watched.clock(SOON).await.expect("the time");
        }
        watched.ledger.recent_slot()
    };
    timeout(SOON, told).await.expect("slots pass")
}

fn an_account(chain: &FakeChain) -> [Pubkey; 1] {
    let key = Pubkey::new_unique();
    chain.put(key, PROGRAM_ID, 1, vec![7]);
    [key]
}

#[tokio::test]
async fn what_lags_is_no_ground_for_a_lock_and_enough_for_an_unlock() {
    let (chain, node) = one_node().await;
    let key = an_account(&chain);
    let mut watched = watch_with(config(&[&node]));
    for ignores_slot in [false, true] {
        let slot = recent_slot(&mut watched).await;
        node.faults(|faults| (faults.lag, faults.ignores_slot) = (LAG + 16, ignores_slot));
        let reader = watched.ledger.reader();
        // At the same time, so that they share a call.
        let (lock, unlock) = tokio::join!(reader.read_since(&key, slot), reader.read(&key));
        assert!(matches!(lock, Err(ReadError::Behind(behind)) if behind == slot), "{lock:?}");
        assert_eq!(unlock.unwrap().len(), 1);
        node.faults(|faults| faults.lag = 0);
        assert_eq!(reader.read_since(&key, slot).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn where_one_node_lags_another_is_asked() {
    let (chain, behind) = one_node().await;
    let node = FakeNode::start(&chain).await.unwrap();
    let key = an_account(&chain);
    let mut watched = watch_with(config(&[&behind, &node]));
    let slot = recent_slot(&mut watched).await;
    behind.faults(|faults| (faults.lag, faults.ignores_slot) = (LAG + 16, true));
    for _ in 0..3 {
        assert_eq!(watched.ledger.reader().read_since(&key, slot).await.unwrap().len(), 1);
        sleep(SLOT).await;
    }
}
