//! A loan lives with its function outside the keeper: behind HTTP, and as a Lambda under cargo-lambda's emulator. In
//! between, the function is killed after it has published the command and before it has the car's receipt.

use std::io;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use latchkey_harness::function::{FunctionProcess, Site};
use latchkey_harness::gate::Passage;
use latchkey_harness::story::{Milestone, Observer, Parties, Script};
use latchkey_harness::testbed::EmbeddedTestbed;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How long the car may take for what it does at once.
const LIMIT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_function_over_http_is_killed_between_publish_and_receipt_and_nothing_is_lost() {
    live(Site::Http).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lambda_is_killed_between_publish_and_receipt_and_nothing_is_lost() {
    if FunctionProcess::has_emulator() {
        live(Site::Lambda).await.unwrap_or_else(|failed| panic!("{failed:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_two_operators_must_sign_waits_for_the_second_and_every_other_call_does_not() {
    live_with_two_operators().await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

/// Says when the loan was warned of, and whether it was locked and unlocked.
#[derive(Default)]
struct Listener {
    warned: watch::Sender<bool>,
    locked: bool,
    unlocked: bool,
}

impl Observer for Listener {
    fn milestone(&mut self, _: i64, milestone: &Milestone) -> io::Result<()> {
        match milestone {
            Milestone::Warned { .. } => _ = self.warned.send_replace(true),
            Milestone::Locked { .. } => self.locked = true,
            Milestone::Unlocked { .. } => self.unlocked = true,
            _ => {}
        }
        Ok(())
    }

    fn waiting(&mut self, _: &str, _: i64, _: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

async fn live(site: Site) -> Result<()> {
    let parties = Parties::new().served_at(site.uri());
    let mut testbed = EmbeddedTestbed::with_function(&parties, site).await?;
    let mut function = testbed.function.take().context("the function is a process")?;
    let (car, line) = (testbed.car.simulation().clone(), testbed.car_line.clone());
    let mut listener = Listener::default();
    let mut warned = listener.warned.subscribe();

    let kill = async {
        warned.wait_for(|warned| *warned).await?;
        // What the car says from now on is held: it hears the command, obeys, and its receipt is not heard.
        line.set(Passage::HoldRequests);
        let locks = async {
            while !car.look().inhibited {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LIMIT, locks).await.context("the car was never told to lock")?;
        line.holds_something(LIMIT).await?;
        function.process_mut().kill()?;
        line.set(Passage::Open);
        function.start_again().await?;
        anyhow::Ok(())
    };
    let (lived, killed) = tokio::join!(testbed.live(&parties, Script::year(), &mut listener), kill);
    killed?;
    ensure!(lived?, "the books do not balance, or the car did not behave");
    ensure!(listener.locked && listener.unlocked, "the car was not locked and unlocked");
    testbed.stop().await
}

/// While the second operator is away, the first signs, and the car is not locked.
async fn live_with_two_operators() -> Result<()> {
    let parties = Parties::new().served_at(Site::Http.uri()).cosigned();
    let mut testbed = EmbeddedTestbed::with_function(&parties, Site::Http).await?;
    let first = testbed.function.take().context("the function is a process")?;
    let mut second = testbed.cosigner.take().context("there is a second operator")?;
    let car = testbed.car.simulation().clone();
    let mut listener = Listener::default();
    let mut warned = listener.warned.subscribe();

    second.process_mut().kill()?;
    let back = async {
        warned.wait_for(|warned| *warned).await?;
        let asked = async {
            while !first.process().output().contains(r#""signatures":1,"required":2"#) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LIMIT, asked).await.context("the first operator was never asked to sign")?;
        ensure!(!car.look().inhibited, "the car is locked by one operator");
        second.start_again().await
    };
    let (lived, came_back) = tokio::join!(testbed.live(&parties, Script::year(), &mut listener), back);
    came_back?;
    ensure!(lived?, "the books do not balance, or the car did not behave");
    ensure!(listener.locked && listener.unlocked, "the car was not locked and unlocked");
    testbed.stop().await
}
