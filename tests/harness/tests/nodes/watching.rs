//! Websockets and lists that fail.

use std::time::Duration;

use latchkey_client::latchkey::state::Loan;
use latchkey_client::{PROGRAM_ID, Pubkey};
use latchkey_harness::rpc::fake::{FakeChain, FakeNode};
use latchkey_keeper::core::{Event, Operation};
use latchkey_keeper::ledger::{Addresses, ChainConfig, Ledger as _};
use tokio::time::sleep;
use tracing::Level;

use crate::setup::{Log, SLOT, bytes, config, intent, one_node, watch, watch_with, write_loans};

const SOON: Duration = Duration::from_secs(2);
/// Connecting, subscribing and silence have limits of four seconds and less.
const SECONDS: Duration = Duration::from_secs(8);

#[tokio::test]
async fn k2_a_websocket_that_never_answers_the_upgrade_is_given_up_with_a_line() {
    let (log, _guard) = Log::collect();
    let (_chain, node) = one_node().await;
    node.faults(|faults| (faults.no_upgrade, faults.no_clock) = (true, true));
    let mut watched = watch(&[&node]);
    // Meanwhile the keeper decides on by asking.
    watched.clock(Duration::from_secs(4)).await.expect("the node is asked by RPC");
    sleep(Duration::from_secs(3)).await;
    node.faults(|faults| (faults.no_upgrade, faults.no_clock) = (false, false));
    let text = log.text();
    assert!(text.contains("given up") && text.contains("did not answer the connection"), "{text}");
    // The connection that is under way has its four seconds too.
    sleep(Duration::from_secs(5)).await;
    assert!(node.connections() >= 2, "it connects again");
    assert!(log.text().contains("watching the chain"), "{}", log.text());
}

#[tokio::test]
async fn k2_while_one_websocket_is_mute_another_tells() {
    let chain = FakeChain::start(SLOT);
    let (mute, good) = (FakeNode::start(&chain).await.unwrap(), FakeNode::start(&chain).await.unwrap());
    mute.faults(|faults| faults.no_upgrade = true);
    let mut watched = watch(&[&mute, &good]);
    // It begins with the time of two nodes, and after five seconds with that of one.
    watched.clock(Duration::from_secs(8)).await.expect("the time from the other node");
    let (key, loan) = write_loans(&chain, 1).remove(0);
    watched.within(SOON, |event| told(&event, &key)).await.expect("the loan from the other node");
    drop(loan);
    assert!(watched.ledger.tellers().counts().all(|(name, _)| name.starts_with("ws://127.0.0.1:")));
    let counts: Vec<u64> = watched.ledger.tellers().counts().map(|(_, count)| count).collect();
    assert!(counts[0] == 0 && counts[1] > 0, "the winner is counted: {counts:?}");
}

#[tokio::test]
async fn k2_a_websocket_that_freezes_and_whose_reconnects_are_mute_is_tried_until_it_works() {
    let (log, _guard) = Log::collect();
    let (chain, node) = one_node().await;
    let mut watched = watch(&[&node]);
    watched.snapshot(SOON).await.expect("a snapshot");
    node.faults(|faults| (faults.frozen, faults.no_acknowledgement) = (true, true));
    sleep(SOON).await;
    assert!(log.text().contains("silent for 1 s"), "{}", log.text());
    // It is reached again, and acknowledges nothing.
    node.faults(|faults| faults.frozen = false);
    sleep(Duration::from_secs(6)).await;
    let text = log.text();
    assert!(text.contains("did not acknowledge") || text.contains("told nothing of the chain"), "{text}");
    node.faults(|faults| faults.no_acknowledgement = false);
    let (key, _) = write_loans(&chain, 1).remove(0);
    // What was missed meanwhile is read.
    let read = watched.within(SECONDS, |event| match event {
        Event::Snapshot(snapshot) => snapshot.accounts.iter().any(|(known, _)| *known == key).then_some(()),
        event => told(&event, &key),
    });
    read.await.expect("the loan");
}

#[tokio::test]
async fn k2_a_wallets_subscription_that_is_never_acknowledged_ends_that_connection() {
    let (log, _guard) = Log::collect();
    let (chain, node) = one_node().await;
    let mut watched = watch(&[&node]);
    watched.snapshot(SOON).await.expect("a snapshot");
    node.faults(|faults| faults.no_wallet_acknowledgement = true);
    let (_, loan) = write_loans(&chain, 1).remove(0);
    sleep(Duration::from_secs(6)).await;
    let text = log.text();
    assert!(text.contains("given up") && text.contains("did not acknowledge the subscription to"), "{text}");
    node.faults(|faults| faults.no_wallet_acknowledgement = false);
    sleep(SOON).await;
    let mut wallet = vec![0; 165];
    wallet[64..72].copy_from_slice(&77_u64.to_le_bytes());
    chain.put(loan.wallet, Pubkey::new_unique(), 1, wallet);
    let amount = watched.within(SECONDS, |event| match event {
        Event::Update(update) => {
            update.wallets.iter().find(|(key, amount)| *key == loan.wallet && *amount == 77).copied()
        }
        _ => None,
    });
    amount.await.expect("the wallet");
}

#[tokio::test]
async fn k3_a_429_to_the_list_of_accounts_closes_nothing_and_its_pause_is_kept() {
    let (log, _guard) = Log::collect();
    let (chain, node) = one_node().await;
    let config = ChainConfig { resync_secs: 1, ..config(&[&node]) };
    let mut watched = watch_with(config);
    watched.snapshot(SOON).await.expect("a snapshot");
    node.faults(|faults| _ = faults.limited.insert("getProgramAccounts", 3));
    sleep(Duration::from_millis(1_500)).await;
    let refused = node.calls("getProgramAccounts");
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(node.calls("getProgramAccounts"), refused, "Retry-After is kept");
    let (key, _) = write_loans(&chain, 1).remove(0);
    watched.within(SOON, |event| told(&event, &key)).await.expect("the socket tells on");
    assert_eq!(node.connections(), 1);
    assert!(log.text().contains("rate limited"), "{}", log.text());
    node.faults(|faults| faults.limited.clear());
    watched.snapshot(Duration::from_secs(5)).await.expect("a snapshot once the pause is over");
}

#[tokio::test]
async fn k5_a_key_in_a_nodes_address_is_in_no_line() {
    let (log, _guard) = Log::of(Level::TRACE);
    // Nothing listens on this port.
    let node = |scheme: &str| Addresses::One(format!("{scheme}://SECRET@127.0.0.1:9/SECRET?api-key=SECRET"));
    let config = ChainConfig { rpc_url: node("http"), websocket_url: node("ws"), ..ChainConfig::of("", "") };
    let mut watched = watch_with(config);
    let rent = watched.ledger.rent_exempt(1).await.unwrap_err();
    let operation = intent(&watched.ledger, Operation::Look, None);
    let ledger = std::sync::Arc::clone(&watched.ledger);
    tokio::spawn(async move { ledger.land(operation).await });
    assert!(watched.clock(Duration::from_secs(4)).await.is_none());
    let text = format!("{}\n{rent:?}\n{rent}", log.text());
    assert!(!text.contains("SECRET"), "{text}");
    assert!(
        text.contains("127.0.0.1:9") && text.contains("given up") && text.contains("no blockhash"),
        "{text}"
    );
}

#[tokio::test]
async fn k10_an_account_that_a_rival_closed_is_told_of() {
    use latchkey::fixtures;
    use latchkey::rules::invocation::{Offer, Requested};
    use latchkey_client::latchkey::state::{Action, Invocation};
    let (chain, node) = one_node().await;
    let (key, loan) = write_loans(&chain, 1).remove(0);
    let call = Pubkey::new_unique();
    let asked = Requested { seq: 1, expires_at: 9, lock_until: None, instalment: 1, is_final: false };
    let offer = Offer::from(&fixtures::function(Action::Warn));
    chain.put(call, PROGRAM_ID, 1, bytes(&Invocation::new(&offer, key, &loan, asked, 0)));
    let mut watched = watch(&[&node]);
    watched.snapshot(SOON).await.expect("a snapshot");
    // A confirm closes the invocation and changes the loan.
    chain.close(&call);
    chain.put(key, PROGRAM_ID, 2, bytes(&loan));
    let closed = watched.within(SOON, |event| match event {
        Event::Update(update) => {
            update.accounts.iter().any(|(known, raw)| *known == call && raw.is_none()).then_some(())
        }
        _ => None,
    });
    closed.await.expect("the invocation is known to be closed");
}

#[tokio::test]
async fn k14_the_first_update_of_each_loan_after_a_snapshot_reads_nothing_in_full() {
    let (chain, node) = one_node().await;
    let loans = write_loans(&chain, 300);
    let mut watched = watch(&[&node]);
    let snapshot = watched.snapshot(SOON).await.expect("a snapshot");
    assert_eq!(snapshot.accounts.len(), 301);
    let lists = node.calls("getProgramAccounts");
    for (key, loan) in &loans {
        chain.put(*key, PROGRAM_ID, 2, bytes(loan));
    }
    let mut told = 0;
    let all = watched.within(SECONDS, |event| {
        if let Event::Update(update) = event {
            told += update.accounts.len();
        }
        (told >= 300).then_some(())
    });
    all.await.expect("300 updates");
    sleep(SOON).await;
    assert_eq!(node.calls("getProgramAccounts"), lists);
}

#[tokio::test]
async fn a_loan_that_is_new_has_its_wallet_read_and_nothing_else() {
    let (chain, node) = one_node().await;
    let loan = write_loans(&chain, 1).remove(0).1;
    let mut watched = watch(&[&node]);
    watched.snapshot(SOON).await.expect("a snapshot");
    let lists = node.calls("getProgramAccounts");
    let (key, wallet) = (Pubkey::new_unique(), Pubkey::new_unique());
    chain.put(key, PROGRAM_ID, 1, bytes(&Loan { wallet, ..loan }));
    let read = watched.within(SOON, |event| match event {
        Event::Update(update) => update.wallets.iter().any(|(key, _)| *key == wallet).then_some(()),
        _ => None,
    });
    read.await.expect("its wallet");
    assert_eq!(node.calls("getProgramAccounts"), lists);
}

#[tokio::test]
async fn lists_that_are_too_long_or_never_come_leave_the_rest_working() {
    let (log, _guard) = Log::collect();
    let (chain, node) = one_node().await;
    write_loans(&chain, 50);
    let mut watched = watch_with(ChainConfig { max_body_bytes: 10_000, ..config(&[&node]) });
    for _ in 0..3 {
        watched.clock(SOON).await.expect("the time");
    }
    assert!(log.text().contains("max_body_bytes"), "{}", log.text());
    // Nodes that say nothing to a list are asked no faster for it.
    node.faults(|faults| _ = faults.silent.insert("getProgramAccounts"));
    for _ in 0..3 {
        watched.clock(SOON).await.expect("the time");
    }
}

/// Whether an event is an update of this account.
fn told(event: &Event, key: &Pubkey) -> Option<()> {
    match event {
        Event::Update(update) => update.accounts.iter().any(|(known, _)| known == key).then_some(()),
        _ => None,
    }
}
