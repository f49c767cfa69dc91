//! Time on the ledger in this process.

use std::fs;

use latchkey_device::clock::{Clock as _, VirtualClock};
use latchkey_harness::{
    ledger::Svm,
    localnet::program_bytes,
    story::{Chain, SvmChain},
};

const DAY: i64 = 86_400;
const START: i64 = 1_800_000_000;

fn ledger() -> (Svm, VirtualClock, SvmChain) {
    let svm = Svm::new(&fs::read(program_bytes().unwrap()).unwrap(), START).unwrap();
    let clock = VirtualClock::default();
    let chain = SvmChain::new(svm.clone(), clock.clone());
    (svm, clock, chain)
}

#[tokio::test]
async fn whoever_lives_on_it_sees_every_day_and_the_cars_clock_goes_with_it() {
    let (svm, clock, chain) = ledger();
    assert_eq!(clock.now().wall, START);
    let mut changes = svm.changes();
    let watching = tokio::spawn({
        let svm = svm.clone();
        async move {
            let mut seen = vec![svm.now()];
            while changes.changed().await.is_ok() {
                seen.push(svm.now());
                if svm.now() == START + 5 * DAY + 7 {
                    break;
                }
            }
            seen
        }
    });
    chain.reach(START + 5 * DAY + 7).await.unwrap();
    assert_eq!((svm.now(), clock.now().wall), (START + 5 * DAY + 7, START + 5 * DAY + 7));
    let seen = watching.await.unwrap();
    assert!(seen.windows(2).all(|days| (1..=DAY).contains(&(days[1] - days[0]))), "{seen:?}");
}

#[tokio::test]
async fn it_never_runs_back() {
    let (svm, clock, chain) = ledger();
    chain.reach(START - DAY).await.unwrap();
    assert_eq!((svm.now(), clock.now().wall), (START, START));
}

#[tokio::test(start_paused = true)]
async fn it_passes_while_somebody_waits_and_no_faster_than_outside() {
    let (svm, _, chain) = ledger();
    let began = tokio::time::Instant::now();
    while svm.now() < START + 3 {
        chain.linger().await;
    }
    assert!((3..=4).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}
