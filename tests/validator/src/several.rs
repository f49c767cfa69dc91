use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use latchkey_client::events::Event;
use latchkey_client::latchkey::state::{Action, Invocation};
use latchkey_client::quote::quote;
use latchkey_client::{Pubkey, pda};
use latchkey_harness::gate::Passage;
use latchkey_harness::localnet::Localnet;
use latchkey_harness::story::{Books, Chain as _, ChainExt as _, Parties, Purse};
use latchkey_harness::testbed::{KeeperProcess, LocalTestbed};

use crate::missed::Missed;

/// How long a keeper that is told to end may take: its drain time, and as much again on a machine that is busy.
const ENDING: Duration = Duration::from_secs(40);
/// A payment covers what falls due within this time, seconds.
const FORESIGHT: i64 = 60;

/// Whom the lender lets work for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The keepers of the test, by name: they take turns.
    Named,
    /// Anyone.
    Open,
}

/// A loan whose first instalment is not paid, and several keepers that work for its lender.
pub struct Several {
    pub loan: Missed,
    others: Vec<KeeperProcess>,
    /// In the lender's treasury when the loan was paid out, base units.
    treasury: u64,
}

impl Several {
    /// Writes the loan on a validator, with a car, a broker and this many keepers of its own.
    pub async fn on(localnet: Localnet, keepers: usize, list: List) -> Result<Self> {
        let mut parties = Parties::new();
        let testbed = LocalTestbed::on(localnet, &parties).await?;
        let names: Vec<String> = (2..=keepers).map(|number| format!("keeper-{number}")).collect();
        let others = try_join_all(names.iter().map(|name| testbed.another_keeper(name, &parties))).await?;
        if list == List::Named {
            parties.keepers = others.iter().chain([&testbed.keeper]).map(|keeper| keeper.key).collect();
        }
        let loan = Missed::written(testbed, parties).await?;
        let treasury = loan.testbed.chain.tokens(&loan.parties.treasury).await?.amount;
        Ok(Self { loan, others, treasury })
    }

    /// The keeper at this address.
    pub fn keeper(&mut self, key: &Pubkey) -> Result<&mut KeeperProcess> {
        let mut all = self.others.iter_mut().chain([&mut self.loan.testbed.keeper]);
        all.find(|keeper| keeper.key == *key).context("the lease is held by a stranger")
    }

    fn each(&mut self) -> impl Iterator<Item = &mut KeeperProcess> {
        self.others.iter_mut().chain([&mut self.loan.testbed.keeper])
    }

    /// Changes what passes between every keeper and the broker.
    pub fn set_broker_lines(&mut self, passage: Passage) {
        self.each().for_each(|keeper| keeper.lines.broker.set(passage));
    }

    /// Lets everything pass to and from every keeper but this one.
    pub fn open_others(&mut self, key: &Pubkey) {
        self.each()
            .filter(|keeper| keeper.key != *key)
            .for_each(|keeper| keeper.lines.broker.set(Passage::Open));
    }

    /// Waits until the lock is settled, and returns who was paid for it.
    pub async fn locked_by(&mut self) -> Result<Pubkey> {
        self.settled_by(Action::Lock).await
    }

    async fn settled_by(&mut self, wanted: Action) -> Result<Pubkey> {
        if let Err(late) = self.loan.confirmed(wanted).await {
            return Err(late.context(self.others_said()));
        }
        let paid = self.loan.journal.entries().iter().find_map(|entry| match &entry.event {
            Event::InvocationConfirmed(event) if event.action == wanted => Some(event.keeper),
            _ => None,
        });
        paid.context("nobody was paid")
    }

    /// The claims of a call: who took the lease, when it ends, and what another lost by it, in order.
    pub fn claims(&self, call: &Pubkey) -> Vec<Claimed> {
        let entries = self.loan.journal.entries().iter();
        let claims = entries.filter_map(|entry| match &entry.event {
            Event::InvocationClaimed(event) if event.invocation == *call => {
                let (keeper, lease_end) = (event.keeper, event.lease_end);
                Some(Claimed { keeper, lease_end, lapsed: event.lapsed, forfeited: event.forfeited })
            }
            _ => None,
        });
        claims.collect()
    }

    /// Asks the keepers but this one to end, one after the other, and waits until they have.
    pub async fn end_others(&mut self, key: Option<&Pubkey>) -> Result<()> {
        for keeper in self.each().filter(|keeper| Some(&keeper.key) != key) {
            if keeper.process.is_running() {
                keeper.lines.broker.set(Passage::Open);
                let status = keeper.process.terminate(ENDING).await?;
                ensure!(status.success(), keeper.process.blamed(format!("a keeper ended ({status})")));
            }
        }
        Ok(())
    }

    /// The borrower pays all that is past due and will be soon; `key` collects it and has the car unlocked.
    pub async fn cured_and_unlocked_by(&mut self, key: &Pubkey) -> Result<()> {
        let Missed { testbed, parties, keys, .. } = &self.loan;
        let chain = &testbed.chain;
        let (loan, now) = (chain.loan(&keys.loan).await?, chain.now().await?);
        let owed = quote(&loan, 0, now + FORESIGHT).map_err(|rule| anyhow::anyhow!("no quote: {rule:?}"))?;
        let top_up = parties.top_up(keys, owed.past_due)?;
        chain.send(&[top_up], &[&parties.funder, &parties.borrower]).await?;
        let by = self.settled_by(Action::Unlock).await?;
        ensure!(by == *key, "{by} was paid for the unlock, not {key}");
        ensure!(!self.loan.testbed.car.look().await?.inhibited, "the car is still inhibited");
        Ok(())
    }

    /// Ends every keeper, and holds the end against the chain and the car: each call was settled once or closed unpaid,
    /// each keeper has its fees and has lost the bonds of the leases that lapsed, the escrow and the treasury have the
    /// rest, and the car was locked once.
    pub async fn books_balance(&mut self) -> Result<()> {
        self.end_others(None).await?;
        let loan = &mut self.loan;
        loan.journal.read(&loan.testbed.chain).await?;
        self.each_call_ended_once().await?;
        self.each_keeper_has_what_it_earned().await?;
        self.escrow_and_treasury_have_the_rest().await?;
        let said = self.loan.testbed.car.agent.process.output();
        let locks = said.matches("\"inhibit\":true").count().max(said.matches("inhibit=true").count());
        ensure!(locks == 1, "the car set its immobiliser {locks} times:\n{said}");
        Ok(())
    }

    async fn each_call_ended_once(&self) -> Result<()> {
        let Missed { testbed, keys, journal, .. } = &self.loan;
        let vehicle = testbed.chain.vehicle(&keys.vehicle).await?;
        for seq in 1..=vehicle.last_seq_asked {
            let call = pda::invocation(&keys.vehicle, seq);
            let ends = journal.entries().iter().filter(|entry| match &entry.event {
                Event::InvocationConfirmed(event) => event.invocation == call,
                Event::InvocationExpired(event) => event.invocation == call,
                _ => false,
            });
            let ends = ends.count();
            let is_open = testbed.chain.invocation(&call).await?.is_some();
            ensure!(ends + usize::from(is_open) == 1, "call {seq} ended {ends} times (open: {is_open})");
        }
        ensure!(self.loan.proven(Action::Lock) == 1, "{} locks were paid", self.loan.proven(Action::Lock));
        Ok(())
    }

    async fn each_keeper_has_what_it_earned(&self) -> Result<()> {
        let chain = &self.loan.testbed.chain;
        let due = self.due();
        for keeper in self.others.iter().chain([&self.loan.testbed.keeper]) {
            let mut has = Purse::of(chain, &keeper.key).await?.earned_since(&KeeperProcess::PURSE);
            // A call that is still open holds the rent of who asked for it, and a bond if it is claimed.
            for (call, rent) in self.open_calls().await? {
                if call.rent_payer == keeper.key {
                    has += i128::from(rent);
                }
                if let Some(claim) = call.claim().filter(|claim| claim.keeper == keeper.key) {
                    has += i128::from(claim.bond);
                }
            }
            let due = due.get(&keeper.key).copied().unwrap_or(0);
            ensure!(has == due, "keeper {} has gained {has} lamports and earned {due}", keeper.key);
        }
        Ok(())
    }

    /// What each keeper earned by the chain's events: fees, without the bonds that it lost, lamports.
    fn due(&self) -> HashMap<Pubkey, i128> {
        let mut due = HashMap::new();
        let mut holders = HashMap::new();
        let mut lose = |keeper: Option<Pubkey>, forfeited: u64| {
            if let Some(keeper) = keeper {
                *due.entry(keeper).or_default() -= i128::from(forfeited);
            }
        };
        for entry in self.loan.journal.entries() {
            match &entry.event {
                Event::InvocationClaimed(event) => {
                    holders.insert(event.invocation, event.keeper);
                    lose(event.lapsed, event.forfeited);
                }
                Event::InvocationExpired(event) => lose(holders.remove(&event.invocation), event.forfeited),
                _ => {}
            }
        }
        for entry in self.loan.journal.entries() {
            if let Event::InvocationConfirmed(event) = &entry.event {
                *due.entry(event.keeper).or_default() += i128::from(event.fee);
            }
        }
        due
    }

    /// The calls that are open, and the rent that each holds, lamports.
    async fn open_calls(&self) -> Result<Vec<(Invocation, u64)>> {
        let Missed { testbed, keys, .. } = &self.loan;
        let vehicle = testbed.chain.vehicle(&keys.vehicle).await?;
        let mut open = Vec::new();
        for seq in 1..=vehicle.last_seq_asked {
            let key = pda::invocation(&keys.vehicle, seq);
            if let Some(call) = testbed.chain.invocation(&key).await? {
                let held = testbed.chain.lamports(&key).await?;
                let bond = call.claim().map_or(0, |claim| claim.bond);
                open.push((call.clone(), held - call.fee - bond));
            }
        }
        Ok(open)
    }

    async fn escrow_and_treasury_have_the_rest(&self) -> Result<()> {
        let Missed { testbed, parties, keys, journal, .. } = &self.loan;
        let chain = &testbed.chain;
        let books = Books::of(journal.entries());
        let held: u64 = self.open_calls().await?.iter().map(|(call, _)| call.fee).sum();
        let escrow = chain.escrow(&keys.escrow).await?;
        let has = chain.lamports(&keys.escrow).await? - escrow.rent;
        ensure!(
            has + held + books.escrow_out_lamports == books.escrow_in_lamports,
            "the escrow has {has} and {held} in calls; in {} and out {}",
            books.escrow_in_lamports,
            books.escrow_out_lamports
        );
        let sent: u64 = journal
            .entries()
            .iter()
            .map(|entry| match &entry.event {
                Event::PaymentSent(event) => event.amount,
                _ => 0,
            })
            .sum();
        let treasury = chain.tokens(&parties.treasury).await?.amount;
        ensure!(
            treasury == self.treasury + sent,
            "the treasury has {treasury}, was {}, got {sent}",
            self.treasury
        );
        Ok(())
    }

    /// The ends of the logs of all keepers but the first.
    fn others_said(&self) -> String {
        let tail = |keeper: &KeeperProcess| format!("--- {}\n{}\n", keeper.key, keeper.process.tail());
        self.others.iter().map(tail).collect::<Vec<_>>().concat()
    }
}

/// A lease that was taken.
#[derive(Debug)]
pub struct Claimed {
    pub keeper: Pubkey,
    pub lease_end: i64,
    /// Whose lease had lapsed.
    pub lapsed: Option<Pubkey>,
    /// The bond that it lost, lamports.
    pub forfeited: u64,
}
