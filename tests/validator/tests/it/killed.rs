//! The keeper is killed between any two of its steps and started again: the car still ends locked, and exactly one fee
//! is paid. Each loan has a car, a broker and a keeper of its own; all share one validator, so they run at the same
//! time.

use std::time::Duration;

use anyhow::Result;
use latchkey_client::latchkey::state::Action;
use latchkey_harness::gate::Passage;
use latchkey_tests_validator::{Missed, each_ends_locked};
use tokio::time::sleep;

/// How long something may take to come to a gate.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where in its work the keeper is killed.
#[derive(Clone, Copy, Debug)]
enum KillPoint {
    /// Before it can ask for the lock.
    BeforeTheRequestIsSent,
    /// The request has landed, and the keeper does not know yet.
    AfterTheRequestLanded,
    /// The lease is on chain, and the command has not left.
    BeforeTheCommandIsSent,
    /// The car has obeyed, and its receipt has not arrived.
    BeforeTheReceiptArrives,
    /// The receipt has arrived, and the keeper cannot reach the chain.
    BeforeTheReceiptIsBrought,
    /// The receipt has settled, and the keeper may not know yet.
    AfterTheReceiptIsBrought,
    /// Every two seconds.
    AgainAndAgain,
}

const KILL_POINTS: [KillPoint; 7] = [
    KillPoint::BeforeTheRequestIsSent,
    KillPoint::AfterTheRequestLanded,
    KillPoint::BeforeTheCommandIsSent,
    KillPoint::BeforeTheReceiptArrives,
    KillPoint::BeforeTheReceiptIsBrought,
    KillPoint::AfterTheReceiptIsBrought,
    KillPoint::AgainAndAgain,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_killed_between_any_two_steps_still_has_the_car_locked_for_one_fee() {
    each_ends_locked(KILL_POINTS, kill).await;
}

async fn kill(loan: &mut Missed, point: KillPoint) -> Result<()> {
    match point {
        KillPoint::BeforeTheRequestIsSent => {
            loan.testbed.keeper.lines.validator.set(Passage::HoldRequests);
            loan.testbed.keeper.lines.validator.rpc.holds_something(PATIENCE).await?;
        }
        KillPoint::AfterTheRequestLanded => {
            loan.claimed().await?;
        }
        KillPoint::BeforeTheCommandIsSent => {
            loan.testbed.keeper.lines.broker.set(Passage::HoldRequests);
            loan.claimed().await?;
            loan.testbed.keeper.lines.broker.holds_something(PATIENCE).await?;
        }
        KillPoint::BeforeTheReceiptArrives => {
            loan.testbed.keeper.lines.broker.set(Passage::HoldAnswers);
            loan.inhibited().await?;
        }
        KillPoint::BeforeTheReceiptIsBrought => {
            loan.testbed.keeper.lines.broker.set(Passage::HoldAnswers);
            loan.inhibited().await?;
            loan.testbed.keeper.lines.validator.set(Passage::HoldRequests);
            loan.testbed.keeper.lines.broker.set(Passage::Open);
            loan.testbed.keeper.lines.validator.rpc.holds_something(PATIENCE).await?;
        }
        KillPoint::AfterTheReceiptIsBrought => loan.confirmed(Action::Lock).await?,
        KillPoint::AgainAndAgain => {
            for _ in 0..5 {
                loan.kill_keeper()?;
                sleep(Duration::from_secs(2)).await;
            }
        }
    }
    loan.kill_keeper()
}
