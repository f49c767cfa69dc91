//! Something that keeper, car or node depends on fails while the lock is due, and comes back: the car ends locked, and
//! exactly one fee is paid.

use std::time::Duration;

use anyhow::Result;
use latchkey_harness::gate::Passage;
use latchkey_tests_validator::{Missed, each_ends_locked};
use tokio::time::sleep;

/// Longer than the keeper waits for the node's clock to advance before it reconnects.
const STALL: Duration = Duration::from_secs(18);

/// What fails.
#[derive(Clone, Copy, Debug)]
enum Failure {
    /// Every line of the keeper is cut, again and again.
    LinesAreCut,
    /// The node keeps its connections open and sends nothing for a while.
    TheNodeIsSilent,
    /// The broker is killed, loses every session, and starts again.
    TheBrokerRestarts,
    /// The car's agent is killed when it has obeyed, before its receipt arrives, and starts again.
    TheCarLosesPower,
}

const FAILURES: [Failure; 4] =
    [Failure::LinesAreCut, Failure::TheNodeIsSilent, Failure::TheBrokerRestarts, Failure::TheCarLosesPower];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_and_comes_back_the_car_ends_locked_for_one_fee() {
    each_ends_locked(FAILURES, disturb).await;
}

async fn disturb(loan: &mut Missed, failure: Failure) -> Result<()> {
    match failure {
        Failure::LinesAreCut => {
            for _ in 0..8 {
                loan.testbed.keeper.lines.open();
                sleep(Duration::from_millis(1_300)).await;
            }
        }
        Failure::TheNodeIsSilent => {
            loan.testbed.keeper.lines.validator.set(Passage::HoldAnswers);
            sleep(STALL).await;
            loan.testbed.keeper.lines.open();
        }
        Failure::TheBrokerRestarts => {
            loan.testbed.keeper.lines.broker.set(Passage::HoldRequests);
            loan.claimed().await?;
            loan.testbed.broker.restart().await?;
            loan.testbed.keeper.lines.open();
        }
        Failure::TheCarLosesPower => {
            loan.testbed.keeper.lines.broker.set(Passage::HoldAnswers);
            loan.inhibited().await?;
            loan.testbed.car.agent.process.kill()?;
            loan.testbed.car.agent.process.start_again()?;
            loan.testbed.keeper.lines.broker.set(Passage::Open);
        }
    }
    Ok(())
}
