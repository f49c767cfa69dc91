//! Transactions through nodes that lose, lag and lie.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Action;
use latchkey_harness::rpc::fake::{Ending, FakeChain, FakeNode};
use latchkey_keeper::core::{Operation, Verdict};
use latchkey_keeper::ledger::{ChainConfig, Ledger as _, SendTo};
use tokio::time::{Instant, sleep, timeout};

use crate::setup::{Log, SLOT, config, intent, one_node, watch, watch_with};

const SOON: Duration = Duration::from_secs(4);

#[tokio::test]
async fn k6_a_simulation_without_balances_is_refused_and_says_why() {
    let (log, _guard) = Log::collect();
    let (chain, node) = one_node().await;
    node.faults(|faults| faults.no_balances = true);
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    let unlock = intent(&watched.ledger, Operation::Request { action: Action::Unlock, seq: 1 }, None);
    chain.ending(Ending::Fails);
    assert_eq!(watched.ledger.land(unlock.clone()).await.verdict, Verdict::Failed);
    assert_eq!(node.calls("simulateTransaction"), 0, "what is our own template is not simulated first");
    let sent = node.calls("sendTransaction");
    // After a failure the next is simulated.
    assert_eq!(watched.ledger.land(unlock.clone()).await.verdict, Verdict::NotSent);
    assert_eq!((node.calls("simulateTransaction"), node.calls("sendTransaction")), (1, sent));
    assert!(log.text().contains("shows no balances"), "{}", log.text());
    node.faults(|faults| faults.no_balances = false);
    chain.ending(Ending::Succeeds);
    assert_eq!(watched.ledger.land(unlock).await.verdict, Verdict::Succeeded);
}

#[tokio::test]
async fn k6_a_claim_is_simulated_as_long_as_the_keepers_balance_is_not_known() {
    let (_chain, node) = one_node().await;
    node.faults(|faults| faults.no_balances = true);
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    let claim = intent(&watched.ledger, Operation::Claim { action: Action::Lock, seq: 1 }, None);
    assert_eq!(watched.ledger.land(claim).await.verdict, Verdict::NotSent);
    assert_eq!(node.calls("sendTransaction"), 0);
}

#[tokio::test]
async fn k6_what_costs_more_than_the_limit_is_not_sent() {
    let (_chain, node) = one_node().await;
    // The fake chain's rent alone is more.
    let mut watched = watch_with(ChainConfig { max_outlay_lamports: 1_999_999, ..config(&[&node]) });
    watched.clock(SOON).await.expect("the time");
    sleep(SLOT).await;
    let unlock = intent(&watched.ledger, Operation::Request { action: Action::Unlock, seq: 1 }, None);
    assert_eq!(watched.ledger.land(unlock).await.verdict, Verdict::NotSent);
    assert_eq!(node.calls("sendTransaction"), 0);
    let look = intent(&watched.ledger, Operation::Look, None);
    assert_eq!(watched.ledger.land(look).await.verdict, Verdict::Succeeded);
}

#[tokio::test]
async fn k7_a_node_that_lags_says_no_false_did_not_land() {
    let (log, _guard) = Log::collect();
    let chain = FakeChain::start(Duration::from_millis(50));
    let (ahead, behind) = (FakeNode::start(&chain).await.unwrap(), FakeNode::start(&chain).await.unwrap());
    chain.lifetime(10);
    // The first takes transactions and says when a blockhash ended; the second knows statuses, 250 slots late.
    ahead.faults(|faults| _ = faults.limited.insert("getSignatureStatuses", 1));
    behind.faults(|faults| {
        faults.lag = 250;
        faults.limited.insert("isBlockhashValid", 1);
        faults.limited.insert("getLatestBlockhash", 1);
    });
    let mut watched = watch(&[&ahead, &behind]);
    watched.clock(SOON).await.expect("the time");
    let landed = watched.ledger.land(intent(&watched.ledger, Operation::Look, None));
    let landing = timeout(Duration::from_secs(40), landed).await.expect("a verdict");
    assert_eq!(landing.verdict, Verdict::Succeeded, "{}", log.text());
    assert!(ahead.calls("isBlockhashValid") > 0, "the blockhash had ended long before the status was known");
    assert!(!log.text().contains("did not land"), "{}", log.text());
    assert_eq!(ahead.calls("getBlockHeight") + behind.calls("getBlockHeight"), 0);
}

#[tokio::test]
async fn k7_what_is_lost_has_a_verdict_once_a_node_has_seen_the_end_of_its_blockhash() {
    let chain = FakeChain::start(Duration::from_millis(50));
    let node = FakeNode::start(&chain).await.unwrap();
    chain.lifetime(10);
    chain.ending(Ending::Lost);
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    let lost = watched.ledger.land(intent(&watched.ledger, Operation::Look, None));
    let landing = timeout(Duration::from_secs(40), lost).await.expect("a verdict");
    assert_eq!(landing.verdict, Verdict::Expired);
    assert!(node.calls("sendTransaction") > 1, "the same bytes are sent again");
    assert_eq!(chain.landed(), 0);
}

#[tokio::test]
async fn many_transactions_share_their_status_calls_and_reads() {
    let (_chain, node) = one_node().await;
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    let before = (node.all_calls(), node.calls("sendTransaction"));
    let landings = (0..100).map(|_| watched.ledger.land(intent(&watched.ledger, Operation::Look, None)));
    let landings = timeout(Duration::from_mins(1), join_all(landings)).await.expect("all of them");
    assert!(
        landings.iter().all(|landing| landing.verdict == Verdict::Succeeded && landing.touched.is_some())
    );
    let (all, sent) = (node.all_calls() - before.0, node.calls("sendTransaction") - before.1);
    assert!(sent >= 100, "{sent}");
    let others = all - sent;
    assert!(others <= 50, "{others} calls beside those that sent 100 transactions");
}

#[tokio::test]
async fn a_transaction_that_is_due_later_is_sent_in_its_second_and_not_before() {
    let (chain, node) = one_node().await;
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    let due = chain.unix() + 2;
    let ledger = Arc::clone(&watched.ledger);
    let landing = tokio::spawn({
        let intent = intent(&ledger, Operation::Look, Some(due));
        async move { ledger.land(intent).await.verdict }
    });
    while chain.unix() < due {
        assert_eq!(node.calls("sendTransaction"), 0);
        sleep(Duration::from_millis(5)).await;
    }
    let sent = Instant::now();
    while node.calls("sendTransaction") == 0 {
        assert!(sent.elapsed() < Duration::from_millis(500), "it is sent as soon as the clock tells");
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(timeout(SOON, landing).await.unwrap().unwrap(), Verdict::Succeeded);
}

#[tokio::test]
async fn a_transaction_that_was_not_sent_yet_is_cancelled_and_one_that_was_is_not() {
    let (chain, node) = one_node().await;
    let mut watched = watch(&[&node]);
    watched.clock(SOON).await.expect("the time");
    for (due, verdict) in [(Some(chain.unix() + 60), Verdict::Cancelled), (None, Verdict::Succeeded)] {
        let intent = intent(&watched.ledger, Operation::Look, due);
        let (vehicle, lane) = (intent.keys.vehicle, intent.operation.lane());
        let ledger = Arc::clone(&watched.ledger);
        let landing = tokio::spawn(async move { ledger.land(intent).await.verdict });
        sleep(SLOT / 2).await;
        watched.ledger.cancel(vehicle, lane);
        assert_eq!(timeout(SOON, landing).await.unwrap().unwrap(), verdict);
    }
}

#[tokio::test]
async fn without_any_node_a_transaction_is_an_outage_and_with_one_of_two_it_lands() {
    let (_chain, node) = one_node().await;
    let dead = {
        let chain = FakeChain::start(SLOT);
        let node = FakeNode::start(&chain).await.unwrap();
        config(&[&node])
    };
    let alone = watch_with(dead.clone());
    let outage = alone.ledger.land(intent(&alone.ledger, Operation::Look, None));
    assert_eq!(timeout(Duration::from_secs(20), outage).await.unwrap().verdict, Verdict::Outage);
    let urls = |one: &ChainConfig, other: &ChainConfig| {
        let rpc_url = one.rpc_url.each().chain(other.rpc_url.each()).map(str::to_owned).collect();
        ChainConfig { rpc_url: latchkey_keeper::ledger::Addresses::Several(rpc_url), ..other.clone() }
    };
    let mut both = watch_with(urls(&dead, &config(&[&node])));
    both.clock(SOON).await.expect("the time");
    let landed = both.ledger.land(intent(&both.ledger, Operation::Look, None));
    assert_eq!(timeout(SOON, landed).await.unwrap().verdict, Verdict::Succeeded);
    let wins: Vec<u64> = both.ledger.nodes().each().iter().map(|node| node.wins()).collect();
    assert!(wins[0] == 0 && wins[1] > 0, "{wins:?}");
}

#[tokio::test]
async fn the_most_urgent_goes_first_when_not_everything_may_be_under_way() {
    let (_chain, node) = one_node().await;
    let mut watched = watch_with(ChainConfig { max_in_flight: 1, ..config(&[&node]) });
    watched.clock(SOON).await.expect("the time");
    sleep(SLOT * 2).await;
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let unlock = Operation::Request { action: Action::Unlock, seq: 1 };
    let receipt_payer = Pubkey::new_unique();
    let expire = Operation::Expire { seq: 1, rent_payer: receipt_payer, keeper: None };
    let landings = [Operation::Look, expire, Operation::DeclareDefault, unlock].map(|operation| {
        let (ledger, order) = (Arc::clone(&watched.ledger), Arc::clone(&order));
        tokio::spawn(async move {
            let name = operation.name();
            ledger.land(intent(&ledger, operation, None)).await;
            order.lock().unwrap().push(name);
        })
    });
    for landing in landings {
        timeout(Duration::from_secs(10), landing).await.unwrap().unwrap();
    }
    // The first was under way before the others came.
    assert_eq!(*order.lock().unwrap(), ["look", "request_unlock", "declare_default", "expire"]);
}

#[tokio::test]
async fn where_no_leader_is_known_transactions_go_to_the_nodes() {
    let (log, _guard) = Log::collect();
    // A node that tells no leaders, as a provider may choose.
    let (_chain, node) = one_node().await;
    let mut watched = watch_with(ChainConfig { send_to: SendTo::Leaders, ..config(&[&node]) });
    watched.clock(SOON).await.expect("the time");
    let unlock = intent(&watched.ledger, Operation::Request { action: Action::Unlock, seq: 1 }, None);
    assert_eq!(watched.ledger.land(unlock).await.verdict, Verdict::Succeeded);
    assert_eq!(node.calls("sendTransaction"), 1);
    let said = async {
        while !log.text().contains("the coming leaders are not known") {
            sleep(SLOT).await;
        }
    };
    timeout(SOON, said).await.expect("the operator is told");
}
