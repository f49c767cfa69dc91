//! The life of a loan: one instalment paid, the next ones missed, the default cured.

use anyhow::{Result, ensure};
use latchkey_client::events::Event;
use latchkey_client::latchkey::state::{Action, Calendar, LoanStatus, LockState, Terms};
use latchkey_harness::story::{Books, Entry, Offer, Purse, Script};

use crate::fault::Fault;
use crate::sim::Sim;

/// One whole unit of the mint.
const UNIT: u64 = 1_000_000;
/// The longest the keeper may take to lock, and then to unlock, whatever goes wrong once, seconds.
const PATIENCE: i64 = 260;

/// How a run ended.
#[derive(Debug)]
pub struct Ending {
    /// Pieces of work the keeper asked for.
    pub work: usize,
    /// Commands sent to the car.
    pub commands: usize,
}

/// When the borrower pays what is past due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cure {
    /// When the lock is proven on chain.
    OnceProven,
    /// When the car is locked, whether or not the chain knows yet.
    OnceLocked,
}

/// Runs the loan's life with a fault, and checks what must be true at every end.
pub async fn live(fault: Fault, cure: Cure) -> Result<Ending> {
    let offer = offer(60);
    let mut sim = Sim::new(terms(), &offer, 60_000_000, fault).await?;
    sim.top_up(terms().instalment).await?;

    let locked = |locks: &Locks, _| locks.car && (cure == Cure::OnceLocked || locks.is_proven());
    until(&mut sim, "the car is locked", locked).await?;
    let status = sim.loan().await?.status;
    ensure!(status == LoanStatus::Defaulted, "a car is locked on a loan that is not in default");
    sim.top_up(sim.quote().await?.past_due + 20 * terms().instalment).await?;
    until(&mut sim, "the car is unlocked", |locks, _| !locks.car && !locks.is_proven()).await?;
    // Every request is settled or expired.
    until(&mut sim, "nothing is left open", |_, open| open == 0).await?;
    ensure!(sim.loan().await?.status == LoanStatus::Active, "a cured loan is active");
    check_books(&sim, &offer, cure).await?;
    Ok(Ending { work: sim.work(), commands: sim.wire.sent() })
}

/// Locks the car, closes the lender's treasury, and pays: the car is unlocked although nothing can be sent, and the money
/// goes to the treasury when there is one again.
pub async fn cure_without_a_treasury() -> Result<()> {
    let mut sim = Sim::new(terms(), &offer(60), 60_000_000, Fault::None).await?;
    until(&mut sim, "the car is locked", |locks, _| locks.car && locks.is_proven()).await?;
    sim.close_treasury().await?;
    sim.top_up(sim.quote().await?.past_due + 20 * terms().instalment).await?;
    let paid_at = sim.elapsed();
    until(&mut sim, "the car is unlocked", |locks, _| !locks.car && !locks.is_proven()).await?;
    ensure!(sim.elapsed() - paid_at <= 5, "the unlock took {} s", sim.elapsed() - paid_at);
    // The next moments are looked at without a treasury: each instalment is paid when it is due.
    for _ in 0..3 * 20 {
        second(&mut sim).await?;
    }
    let loan = sim.loan().await?;
    ensure!(loan.status == LoanStatus::Active, "a loan whose wallet pays is {:?}", loan.status);
    let age = sim.now() - loan.ledger.as_of;
    ensure!(age <= 20, "the last look is {age} s old");
    ensure!(loan.ledger.unsent > 0, "what was taken is not there");
    sim.create_treasury().await?;
    let began = sim.elapsed();
    while sim.loan().await?.ledger.unsent > 0 {
        ensure!(sim.elapsed() - began < PATIENCE, "not within {PATIENCE} s: what is unsent is sent");
        second(&mut sim).await?;
    }
    Ok(())
}

/// Nobody looks at a loan for so long that more moments have passed than one look walks. Then a keeper comes: it collects
/// as often as needed, and the car is warned and locked.
pub async fn left_alone() -> Result<()> {
    const SECS: i64 = 700;
    let mut sim = Sim::new(terms(), &offer(60), 60_000_000, Fault::CrashBefore(0, SECS)).await?;
    while sim.elapsed() < SECS {
        second(&mut sim).await?;
    }
    ensure!(sim.quote().await.is_err(), "one look still walks every moment");
    until(&mut sim, "the car is locked", |locks, _| locks.car && locks.is_proven()).await?;
    let age = sim.now() - sim.loan().await?.ledger.as_of;
    ensure!(age <= 20, "the last look is {age} s old");
    Ok(())
}

/// Where a final notice is owed, the car gives both notices, one after the other, before it is locked.
pub async fn lock_after_a_final_notice() -> Result<()> {
    let terms = Terms { final_notice_secs: 10, ..terms() };
    let mut sim = Sim::new(terms, &offer(60), 60_000_000, Fault::None).await?;
    until(&mut sim, "the car is locked", |locks, _| locks.car && locks.is_proven()).await?;
    let notices = sim.loan().await?.notices;
    let [.., first] = notices.channels;
    let wait = notices.final_notice.served_at - first.served_at;
    ensure!(first.served_at > 0 && wait >= 10, "the final notice came {wait} s after the first");
    Ok(())
}

/// The lender unlocks a car by its own will: a keeper has it done, and the car stays unlocked for the hold that comes with
/// it.
pub async fn unlock_by_the_lenders_will() -> Result<()> {
    let mut sim = Sim::new(terms(), &offer(60), 60_000_000, Fault::None).await?;
    until(&mut sim, "the car is locked", |locks, _| locks.car && locks.is_proven()).await?;
    sim.unlock_by_the_lenders_will().await?;
    until(&mut sim, "the car is unlocked", |locks, _| !locks.car && !locks.is_proven()).await?;
    for _ in 0..60 {
        second(&mut sim).await?;
        ensure!(!sim.wire.is_inhibited(), "a car on hold is locked again");
    }
    Ok(())
}

/// Lets a keeper try for this many seconds without success, with calls that stay open as long. Returns what it spent on
/// transactions, lamports.
pub async fn try_in_vain(fault: Fault, secs: u32) -> Result<u64> {
    let offer = offer(secs);
    // One instalment is missed; the next are far away.
    let terms = Terms { calendar: Calendar::seconds(30 * 86_400), ..terms() };
    let mut sim = Sim::new(terms, &offer, 60_000_000, fault).await?;
    for _ in 0..secs {
        second(&mut sim).await?;
    }
    ensure!(!sim.wire.is_inhibited(), "a car is locked by a command it took for expired");
    let keeper = &sim.keepers[0];
    Ok(Purse::of(&sim.chain, &keeper.address).await?.spent - keeper.purse.spent)
}

/// What a call is worth, and how long a request for a warning or a lock lives, seconds.
fn offer(ttl_secs: u32) -> Offer {
    Offer { fee: 2_000_000, bond: 1_000_000, lease_secs: 30, ttl_secs, unlock_ttl_secs: 3_600 }
}

fn terms() -> Terms {
    Terms {
        instalment: 100 * UNIT,
        count: 200,
        first_due: 20,
        calendar: Calendar::seconds(20),
        grace_secs: 10,
        notice_secs: 5,
        late_fee: UNIT,
        late_after_secs: 5,
        lock_ttl_secs: 3_600,
        ..Script::minute().terms
    }
}

/// Whether the car is locked, by itself and by the chain.
struct Locks {
    car: bool,
    chain: LockState,
}

impl Locks {
    fn is_proven(&self) -> bool {
        self.chain.is_locked
    }
}

async fn until(sim: &mut Sim, what: &str, is: impl Fn(&Locks, u16) -> bool) -> Result<()> {
    let began = sim.elapsed();
    loop {
        let locks = Locks { car: sim.wire.is_inhibited(), chain: sim.vehicle().await?.lock };
        if is(&locks, sim.loan().await?.invocations_open) {
            return Ok(());
        }
        ensure!(sim.elapsed() - began < PATIENCE, "not within {PATIENCE} s: {what}");
        second(sim).await?;
    }
}

/// A second passes, and what must always be true still is.
async fn second(sim: &mut Sim) -> Result<()> {
    sim.second().await;
    let vehicle = sim.vehicle().await?;
    ensure!(
        !sim.wire.is_inhibited() || vehicle.lock_asked().is_some(),
        "a car is locked although no lock was requested"
    );
    Ok(())
}

/// One lock and one unlock were proven and paid, and every lamport is accounted for.
async fn check_books(sim: &Sim, offer: &Offer, cure: Cure) -> Result<()> {
    let journal = sim.journal().await?;
    let entries = journal.entries();
    let proven = |action| {
        let is = |entry: &&Entry| matches!(&entry.event, Event::InvocationConfirmed(event) if event.action == action);
        entries.iter().filter(is).count()
    };
    // A lock that is no longer due when its receipt is found may stay unproven, and is not paid then.
    let locks = proven(Action::Lock);
    ensure!(locks == 1 || (cure == Cure::OnceLocked && locks == 0), "{locks} locks were paid");
    ensure!(proven(Action::Unlock) == 1, "{} unlocks were paid", proven(Action::Unlock));

    let books = Books::of(entries);
    ensure!(
        books.keeper_fees_lamports == books.calls * offer.fee,
        "a call was paid more or less than its fee"
    );
    let forfeited: u64 = entries
        .iter()
        .map(|entry| match &entry.event {
            Event::InvocationClaimed(event) => event.forfeited,
            Event::InvocationExpired(event) => event.forfeited,
            _ => 0,
        })
        .sum();
    let mut earned = 0;
    for keeper in &sim.keepers {
        earned += Purse::of(&sim.chain, &keeper.address).await?.earned_since(&keeper.purse);
    }
    ensure!(
        earned == i128::from(books.keeper_fees_lamports) - i128::from(forfeited),
        "the keepers' balances did not change by their fees less their forfeited bonds"
    );
    Ok(())
}
