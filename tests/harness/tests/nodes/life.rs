//! The whole keeper on a node: its own loop, the function, a broker and a car, with the program's real bytes behind real
//! HTTP and websockets.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_client::instructions::set_policy;
use latchkey_client::latchkey::state::{PolicyFloors, Terms};
use latchkey_client::schedule::level_instalment;
use latchkey_device::clock::VirtualClock;
use latchkey_function::mqtt::{MqttConfig, MqttCourier};
use latchkey_function::{CommandKeys, Function, FunctionConfig};
use latchkey_harness::broker::EmbeddedBroker;
use latchkey_harness::car::{CarKeys, EmbeddedCar};
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::program_bytes;
use latchkey_harness::rpc::fake::{FakeChain, FakeNode};
use latchkey_harness::story::{CENT, Car as _, Chain as _, ChainExt as _, Parties, Script, SvmChain};
use latchkey_keeper::core::{Hosts, LOCKS_PER_HOUR, Policy};
use latchkey_keeper::functions::Embedded;
use latchkey_keeper::keeper::{Keeper, Shutdown};
use latchkey_keeper::ledger::{ChainConfig, RpcLedger, Timing};
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tokio::time::{Instant, sleep};

use crate::setup::config;

const START: i64 = 1_800_000_000;
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_car_is_locked_and_unlocked_through_nodes_thriftily() {
    locks_and_unlocks(Timing::Thrifty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_car_is_locked_and_unlocked_through_nodes_eagerly() {
    locks_and_unlocks(Timing::Eager).await;
}

async fn locks_and_unlocks(timing: Timing) {
    let svm = Svm::with_any_blockhash(&fs::read(program_bytes().unwrap()).unwrap(), START).unwrap();
    let clock = VirtualClock::at(START);
    let chain = SvmChain::new(svm.clone(), clock.clone());
    let parties = Parties::new();
    let offer = Script::minute().offer;
    parties.set_up(&chain, &offer).await.unwrap();
    let floors = PolicyFloors { min_channels: 0, ..chain.lender(&parties.lender).await.unwrap().floors };
    let change = set_policy(parties.lender, parties.authority.pubkey(), floors);
    chain.send(&[change], &[&parties.funder, &parties.authority]).await.unwrap();
    let broker = EmbeddedBroker::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let command_key = parties.command_key.pubkey();
    let mut car = EmbeddedCar::start(
        directory.path(),
        broker.port(),
        CarKeys::one(command_key),
        Arc::new(clock.clone()),
    )
    .unwrap();
    let enrolment = car.enrol(&parties.lender, [7; 32]).await.unwrap();
    let vehicle = parties.register(&chain, &enrolment).await.unwrap();
    let terms = Script::lock_only(START + 5, 5);
    let instalment = level_instalment(&terms, START, CENT).ok().unwrap();
    let terms = Terms { instalment, ..terms };
    let (keys, _) = parties.originate(&chain, vehicle, terms, &offer).await.unwrap();

    let nodes = FakeChain::executing(Duration::from_millis(200), svm.clone());
    let node = FakeNode::start(&nodes).await.unwrap();
    let keypair = Keypair::new();
    chain.airdrop(&keypair.pubkey(), LAMPORTS_PER_SOL).await.unwrap();
    let signing = SigningKey::from_keypair_bytes(&keypair.to_bytes()).unwrap();
    let config = ChainConfig { timing, stall_secs: 5, ..config(&[&node]) };
    let ledger = RpcLedger::new(config, keypair, Vec::new()).unwrap();
    let courier = MqttCourier::connect(&MqttConfig {
        host: "127.0.0.1".into(),
        port: broker.port(),
        ..MqttConfig::default()
    });
    let command = SigningKey::from_keypair_bytes(&parties.command_key.to_bytes()).unwrap();
    let reader = Arc::new(ledger.reader());
    let function = Function::new(
        FunctionConfig::default(),
        CommandKeys::new([command]),
        reader,
        Arc::new(courier.unwrap()),
    );
    let keeper = Keeper {
        address: ledger.keeper(),
        policy: Policy {
            min_fee: 0,
            lenders: Vec::new(),
            command_keys: vec![command_key],
            locks_per_hour: LOCKS_PER_HOUR,
            hosts: Hosts::default(),
        },
        ledger: Arc::new(ledger),
        functions: Arc::new(Embedded::new(function, signing)),
        drain: Duration::from_secs(5),
    };
    let shutdown = Shutdown::default();
    let work = tokio::spawn(keeper.run(shutdown.clone()));

    let locked = |wanted: bool| {
        let (svm, clock, chain) = (svm.clone(), clock.clone(), &chain);
        async move {
            let began = Instant::now();
            loop {
                clock.set(svm.now());
                let loan = chain.loan(&keys.loan).await.unwrap();
                if chain.vehicle(&vehicle).await.unwrap().lock.is_locked == wanted
                    && loan.invocations_open == 0
                {
                    return;
                }
                assert!(began.elapsed() < PATIENCE, "not within a minute: locked = {wanted}");
                sleep(Duration::from_millis(20)).await;
            }
        }
    };
    sleep(Duration::from_secs(1)).await;
    locked(true).await;
    assert!(svm.now() <= START + 25, "the lock is settled at {}", svm.now() - START);
    assert!(!car.try_start().await.unwrap());
    // A look, the request and the confirm; early copies of the request may come too early, and cost their fee.
    let landed = nodes.landed();
    assert!(landed <= if timing == Timing::Eager { 5 } else { 3 }, "{landed} transactions for a lock");
    chain
        .send(&[parties.top_up(&keys, instalment).unwrap()], &[&parties.funder, &parties.borrower])
        .await
        .unwrap();
    locked(false).await;
    assert!(car.try_start().await.unwrap());
    shutdown.gently.cancel();
    work.await.unwrap().unwrap();
    car.stop().await.unwrap();
}
