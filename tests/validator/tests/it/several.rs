//! Several keepers work for one lender, and one of them fails while it holds the lease of the lock. Each loan has a car, a
//! broker and keepers of its own; all share one validator, so they run at the same time.
//!
//! What is asserted is read from the chain (who took which lease, who was paid, every lamport) and from the car's own log.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use latchkey_client::events::Event;
use latchkey_client::latchkey::state::Invocation;
use latchkey_client::{Pubkey, pda};
use latchkey_harness::gate::Passage;
use latchkey_harness::localnet::Localnet;
use latchkey_harness::story::{ChainExt as _, Journal, Script};
use latchkey_tests_validator::{List, Several};

/// How long a keeper may take for what it does at once.
const LIMIT: Duration = Duration::from_secs(30);
/// The drain time by default, and as much again on a machine that is busy.
const DRAINED: Duration = Duration::from_secs(40);

/// What happens to the keeper that holds the lease.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// SIGKILL before its command has left.
    Killed,
    /// SIGSTOP before its command has left, SIGCONT once another has had the car locked.
    PausedBeforeTheCommand,
    /// SIGSTOP when the car has obeyed it, SIGCONT once another was paid.
    PausedBeforeTheReceipt,
    /// SIGTERM while the car's receipt is on its way: it comes within the drain time.
    EndsWithTheReceipt,
    /// SIGTERM while nothing comes from the car.
    EndsWithoutReceipt,
    /// SIGTERM twice, and a new start.
    EndsAtOnce,
}

const BLOWS: [Blow; 6] = [
    Blow::Killed,
    Blow::PausedBeforeTheCommand,
    Blow::PausedBeforeTheReceipt,
    Blow::EndsWithTheReceipt,
    Blow::EndsWithoutReceipt,
    Blow::EndsAtOnce,
];

/// SIGKILL, SIGSTOP with SIGCONT, SIGTERM, and SIGTERM twice go to the one of several keepers that holds the lease of the
/// lock: to one of two or three where the lender names its keepers, which take turns, and to one of two where it lets anyone
/// work for it, so that they know nothing of each other. What each blow does is said at its function below.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_one_of_several_keepers_each_call_is_done_and_paid_once() {
    let localnet = Localnet::from_environment().await.expect("a validator");
    let url = localnet.url();
    let live = async |list, keepers, blow| {
        let mut scene = Several::on(Localnet::attach(&url).await?, keepers, list).await?;
        scene.loan.warned().await?;
        strike(&mut scene, blow).await?;
        scene.books_balance().await
    };
    let named = BLOWS.map(|blow| (List::Named, if matches!(blow, Blow::Killed) { 3 } else { 2 }, blow));
    let open = BLOWS.map(|blow| (List::Open, 2, blow));
    let lives = named.into_iter().chain(open).map(async |(list, keepers, blow)| {
        live(list, keepers, blow).await.with_context(|| format!("{list:?} {blow:?}"))
    });
    try_join_all(lives).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn strike(scene: &mut Several, blow: Blow) -> Result<()> {
    match blow {
        Blow::Killed => is_killed(scene).await,
        Blow::PausedBeforeTheCommand => is_paused(scene, Passage::HoldRequests).await,
        Blow::PausedBeforeTheReceipt => is_paused(scene, Passage::HoldAnswers).await,
        Blow::EndsWithTheReceipt => ends_with_the_receipt(scene).await,
        Blow::EndsWithoutReceipt => ends_without_receipt(scene).await,
        Blow::EndsAtOnce => ends_at_once(scene).await,
    }
}

/// A lease of the lock, and who holds it.
struct Lease {
    call: Pubkey,
    keeper: Pubkey,
    end: i64,
}

/// Waits until one of the keepers holds the lease of the lock, while this is all that passes to and from the broker.
async fn leased(scene: &mut Several, passage: Passage) -> Result<Lease> {
    scene.set_broker_lines(passage);
    let lock: Invocation = scene.loan.claimed().await?;
    let claim = lock.claim().context("it is claimed")?;
    let call = pda::invocation(&scene.loan.keys.vehicle, lock.seq);
    Ok(Lease { call, keeper: claim.keeper, end: claim.lease_end })
}

/// Another keeper takes over once the lease is over and within another one, does the call, and is paid; the first has lost
/// its bond to the escrow.
async fn another_takes_over(scene: &mut Several, lease: &Lease) -> Result<Pubkey> {
    let paid = scene.locked_by().await?;
    let offer = Script::minute().offer;
    let claims = scene.claims(&lease.call);
    let [first, second] = claims.as_slice() else { anyhow::bail!("not two leases: {claims:?}") };
    ensure!(first.keeper == lease.keeper && second.keeper == paid && paid != lease.keeper, "{claims:?}");
    let taken_at = second.lease_end - i64::from(offer.lease_secs);
    ensure!((lease.end..lease.end + i64::from(offer.lease_secs)).contains(&taken_at), "{claims:?}");
    ensure!((second.lapsed, second.forfeited) == (Some(lease.keeper), offer.bond), "{claims:?}");
    Ok(paid)
}

/// SIGKILL hits the holder of the lease before its command has left. Another one takes over.
async fn is_killed(scene: &mut Several) -> Result<()> {
    let lease = leased(scene, Passage::HoldRequests).await?;
    scene.keeper(&lease.keeper)?.process.kill()?;
    scene.open_others(&lease.keeper);
    another_takes_over(scene, &lease).await.map(|_| ())
}

/// SIGSTOP hits the holder of the lease, before its command has left or when the car has obeyed it and the receipt is on
/// its way. Another one takes over. Then SIGCONT: the first one's command or receipt goes out late and changes nothing. It
/// notices, and goes on: when the others have ended, it collects what the borrower pays, and has the car unlocked.
async fn is_paused(scene: &mut Several, passage: Passage) -> Result<()> {
    let lease = leased(scene, passage).await?;
    if passage == Passage::HoldAnswers {
        scene.loan.inhibited().await?;
    }
    scene.keeper(&lease.keeper)?.process.pause()?;
    scene.open_others(&lease.keeper);
    another_takes_over(scene, &lease).await?;
    let paused = scene.keeper(&lease.keeper)?;
    paused.lines.broker.set(Passage::Open);
    paused.process.resume()?;
    scene.end_others(Some(&lease.keeper)).await?;
    scene.cured_and_unlocked_by(&lease.keeper).await
}

/// SIGTERM hits the holder of the lease while the car's receipt is held on its way, and the receipt comes after it. The
/// keeper brings it before it ends.
async fn ends_with_the_receipt(scene: &mut Several) -> Result<()> {
    let lease = leased(scene, Passage::HoldAnswers).await?;
    scene.loan.inhibited().await?;
    let keeper = scene.keeper(&lease.keeper)?;
    keeper.process.ask_to_end()?;
    keeper.process.line("taking no new work", LIMIT).await?;
    keeper.lines.broker.set(Passage::Open);
    ended_well(scene, &lease.keeper).await?;
    scene.open_others(&lease.keeper);
    ensure!(scene.locked_by().await? == lease.keeper, "another one was paid");
    ensure!(scene.claims(&lease.call).len() == 1, "it was claimed twice");
    Ok(())
}

/// SIGTERM hits the holder of the lease, and its command never leaves. It gives the lease back before it ends, and another
/// one has the car locked.
async fn ends_without_receipt(scene: &mut Several) -> Result<()> {
    let lease = leased(scene, Passage::HoldRequests).await?;
    let keeper = scene.keeper(&lease.keeper)?;
    keeper.process.ask_to_end()?;
    ended_well(scene, &lease.keeper).await?;
    scene.open_others(&lease.keeper);
    let paid = scene.locked_by().await?;
    ensure!(paid != lease.keeper, "it was paid for a lease that it gave back");
    // It names neither loan nor escrow.
    let mut journal = Journal::of([lease.call]);
    journal.read(&scene.loan.testbed.chain).await?;
    let yielded = journal.entries().iter().any(|entry| match &entry.event {
        Event::ClaimYielded(event) => event.keeper == lease.keeper,
        _ => false,
    });
    let process = &scene.keeper(&lease.keeper)?.process;
    ensure!(yielded, process.blamed("the lease was not given back".to_owned()));
    no_bond_is_lost(scene, &lease)
}

/// SIGTERM hits the holder of the lease twice, while its command is held. It ends at once: the lease is still its own.
/// Started again, it continues from the chain.
async fn ends_at_once(scene: &mut Several) -> Result<()> {
    let lease = leased(scene, Passage::HoldRequests).await?;
    let keeper = scene.keeper(&lease.keeper)?;
    keeper.process.ask_to_end()?;
    keeper.process.line("taking no new work", LIMIT).await?;
    keeper.process.ask_to_end()?;
    ended_well(scene, &lease.keeper).await?;
    let keeper = scene.keeper(&lease.keeper)?;
    ensure!(keeper.process.output().contains("stopped at once"), "{}", keeper.process.tail());
    keeper.lines.broker.set(Passage::Open);
    keeper.process.start_again()?;
    let open = scene.loan.testbed.chain.invocation(&lease.call).await?.context("the call is closed")?;
    let holder = open.claim().map(|claim| claim.keeper);
    ensure!(holder == Some(lease.keeper), "it ended, and did not end at once: {holder:?} holds the lease");
    scene.open_others(&lease.keeper);
    scene.locked_by().await.map(|_| ())
}

async fn ended_well(scene: &mut Several, key: &Pubkey) -> Result<()> {
    let process = &mut scene.keeper(key)?.process;
    let status = process.ended(DRAINED).await?;
    ensure!(status.success(), process.blamed(format!("the keeper ended ({status})")));
    Ok(())
}

fn no_bond_is_lost(scene: &Several, lease: &Lease) -> Result<()> {
    let claims = scene.claims(&lease.call);
    ensure!(claims.iter().all(|claim| claim.forfeited == 0), "{claims:?}");
    Ok(())
}
