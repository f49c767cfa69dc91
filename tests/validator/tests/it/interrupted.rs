//! What the parts need from each other fails while the lock is due, and comes back: the car ends locked, and exactly one
//! fee is paid.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::future::try_join_all;
use latchkey_harness::gate::Passage;
use latchkey_harness::localnet::Localnet;
use latchkey_tests_validator::Missed;
use tokio::time::sleep;

/// Longer than the keeper bears with a node that tells no new time.
const STALL: Duration = Duration::from_secs(18);

/// What fails.
#[derive(Clone, Copy, Debug)]
enum Failure {
    /// Every line of the keeper is cut, again and again.
    LinesAreCut,
    /// The node keeps its lines open and says nothing for a while.
    TheNodeIsSilent,
    /// The broker dies with all it knows, and starts again.
    TheBrokerRestarts,
    /// The car's agent is killed when it has obeyed, before its receipt arrives, and starts again.
    TheCarLosesPower,
}

const FAILURES: [Failure; 4] =
    [Failure::LinesAreCut, Failure::TheNodeIsSilent, Failure::TheBrokerRestarts, Failure::TheCarLosesPower];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_and_comes_back_the_car_ends_locked_for_one_fee() {
    let localnet = Localnet::from_environment().await.expect("a validator");
    let url = localnet.url();
    let lives = FAILURES.map(|failure| {
        let url = url.clone();
        async move { live(&url, failure).await.with_context(|| format!("{failure:?}")) }
    });
    try_join_all(lives).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn live(url: &str, failure: Failure) -> Result<()> {
    let mut loan = Missed::on(Localnet::attach(url).await?).await?;
    loan.warned().await?;
    match failure {
        Failure::LinesAreCut => {
            for _ in 0..8 {
                loan.testbed.lines.open();
                sleep(Duration::from_millis(1_300)).await;
            }
        }
        Failure::TheNodeIsSilent => {
            loan.testbed.lines.validator.set(Passage::HoldAnswers);
            sleep(STALL).await;
            loan.testbed.lines.open();
        }
        Failure::TheBrokerRestarts => {
            loan.testbed.lines.broker.set(Passage::HoldRequests);
            loan.claimed().await?;
            loan.testbed.broker.restart().await?;
            loan.testbed.lines.open();
        }
        Failure::TheCarLosesPower => {
            loan.testbed.lines.broker.set(Passage::HoldAnswers);
            loan.inhibited().await?;
            loan.testbed.car.agent.process.kill()?;
            loan.testbed.car.agent.process.start_again()?;
            loan.testbed.lines.broker.set(Passage::Open);
        }
    }
    loan.ends_locked_and_paid_once().await
}
