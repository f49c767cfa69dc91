//! The simulation: everything is real but the wires, and time passes second by second.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;

use anyhow::Result;
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_client::errors::Refusal;
use latchkey_client::instructions::{LoanKeys, fund_escrow, request};
use latchkey_client::latchkey::state::{Action, Loan, Terms, Vehicle};
use latchkey_client::quote::{Quote, quote};
use latchkey_device::clock::VirtualClock;
use latchkey_function::{CommandKeys, Function, FunctionConfig};
use latchkey_harness::ledger::{Svm, SvmLedger};
use latchkey_harness::localnet::program_bytes;
use latchkey_harness::story::{Chain as _, ChainExt as _, Journal, Offer, Parties, Purse, SvmChain};
use latchkey_keeper::core::{
    Core, Effect, Event, Hosts, Intent, LOCKS_PER_HOUR, Policy, Setup, Snapshot, Verdict,
};
use latchkey_keeper::functions::{Embedded, Functions as _};
use latchkey_keeper::ledger::Ledger as _;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

use crate::fault::Fault;
use crate::wire::Wire;

/// 2027-01-15 08:00 UTC.
const START: i64 = 1_800_000_000;
/// How far a wrong clock is ahead, seconds.
const AHEAD: i64 = 100 * 86_400;
/// The most pieces of work in one second: a keeper that asks for more is in a loop.
const MOST_WORK: usize = 40;

/// Keepers, a car and a loan on a ledger in this process.
pub struct Sim {
    /// The ledger.
    pub chain: SvmChain,
    /// Lender and borrower.
    pub parties: Parties,
    /// The loan's addresses.
    pub keys: LoanKeys,
    /// The car.
    pub wire: Wire,
    /// The keepers: one, or two that race.
    pub keepers: Vec<SimulatedKeeper>,
    svm: Svm,
    clock: VirtualClock,
    fault: Fault,
    oldest: Option<Snapshot>,
    work: usize,
}

/// A keeper and what it works with.
pub struct SimulatedKeeper {
    pub address: Pubkey,
    /// What it had before its first piece of work.
    pub purse: Purse,
    core: Core,
    setup: Setup,
    ledger: SvmLedger,
    function: Embedded,
    dead_until: i64,
    /// Transactions that wait for their time.
    prepared: Vec<Intent>,
}

impl SimulatedKeeper {
    /// A funded keeper that holds the lender's command key.
    async fn new(
        svm: &Svm,
        chain: &SvmChain,
        parties: &Parties,
        keys: &LoanKeys,
        wire: &Wire,
    ) -> Result<Self> {
        let keypair = Keypair::new();
        let address = keypair.pubkey();
        chain.airdrop(&address, LAMPORTS_PER_SOL).await?;
        let signing = SigningKey::from_keypair_bytes(&keypair.to_bytes())?;
        let command_key = SigningKey::from_keypair_bytes(&parties.command_key.to_bytes())?;
        let function = Function::new(
            FunctionConfig::default(),
            CommandKeys::new([command_key]),
            Arc::new(svm.clone()),
            Arc::new(wire.clone()),
        );
        let ledger = SvmLedger::new(svm.clone(), keypair);
        let escrow = chain.data("escrow", &keys.escrow).await?;
        let policy = Policy {
            min_fee: 0,
            lenders: Vec::new(),
            command_keys: vec![parties.command_key.pubkey()],
            locks_per_hour: LOCKS_PER_HOUR,
            hosts: Hosts::default(),
        };
        let escrow_rent = ledger.rent_exempt(escrow.len()).await?;
        let setup = Setup { keeper: address, policy, escrow_rent, jitter: 7 };
        Ok(Self {
            core: Core::new(setup.clone()),
            function: Embedded::new(function, signing),
            purse: Purse::of(chain, &address).await?,
            dead_until: START,
            prepared: Vec::new(),
            address,
            setup,
            ledger,
        })
    }

    /// Does what the core asks for, and returns what it is to hear of it.
    async fn perform(&mut self, effect: Effect, now: i64) -> Option<Event> {
        match effect {
            Effect::Submit(intent) if intent.due.is_some_and(|due| now < due) => {
                self.prepared.push(*intent);
                None
            }
            Effect::Cancel { vehicle, lane } => {
                let is = |intent: &Intent| intent.keys.vehicle == vehicle && intent.operation.lane() == lane;
                self.prepared.iter().position(is).map(|at| {
                    self.prepared.remove(at);
                    Event::TransactionEnded { vehicle, lane, verdict: Verdict::Cancelled }
                })
            }
            Effect::Submit(intent) => {
                let (vehicle, lane) = (intent.keys.vehicle, intent.operation.lane());
                let verdict = self.ledger.land(*intent).await.verdict;
                Some(Event::TransactionEnded { vehicle, lane, verdict })
            }
            Effect::Invoke(call) => {
                let reply = self.function.call(&call).await;
                Some(Event::FunctionReplied { invocation: call.invocation, reply })
            }
            Effect::Release(call) => {
                let reply = self.function.release(&call).await;
                Some(Event::Released { loan: call.loan, reply })
            }
            // Every wallet is told of.
            Effect::Watch { .. } | Effect::Alarm(_) => None,
        }
    }

    /// Stops and loses all state.
    fn crash(&mut self, until: i64) {
        self.core = Core::new(Setup { jitter: 8, ..self.setup.clone() });
        self.dead_until = until;
        self.prepared.clear();
    }

    /// Prepared transactions whose time has come.
    fn take_due(&mut self, now: i64) -> Vec<Effect> {
        let due = self.prepared.extract_if(.., |intent| intent.due.is_none_or(|due| due <= now));
        due.map(|intent| Effect::Submit(Box::new(intent))).collect()
    }
}

impl Sim {
    /// A loan on `terms` (`first_due` counts from now), its escrow funded, with a fault to come.
    pub async fn new(terms: Terms, offer: &Offer, funding: u64, fault: Fault) -> Result<Self> {
        let svm = Svm::new(&fs::read(program_bytes()?)?, START)?;
        let clock = VirtualClock::at(START);
        let chain = SvmChain::new(svm.clone(), clock.clone());
        let parties = Parties::new();
        parties.set_up(&chain, offer).await?;
        let wire = Wire::to_a_car(&parties.command_key.pubkey(), clock.clone(), fault);
        let vehicle = parties.register(&chain, &wire.enrolment(&parties.lender)).await?;
        let terms = Terms { first_due: START + terms.first_due, ..terms };
        let (keys, _) = parties.originate(&chain, vehicle, terms, offer).await?;
        let fund = fund_escrow(parties.funder.pubkey(), &keys.loan, funding);
        chain.send(&[fund], &[&parties.funder]).await?;

        let mut keepers = Vec::new();
        for _ in 0..if fault == Fault::Race { 2 } else { 1 } {
            keepers.push(SimulatedKeeper::new(&svm, &chain, &parties, &keys, &wire).await?);
        }
        Ok(Self { oldest: None, work: 0, fault, keepers, clock, chain, parties, keys, wire, svm })
    }

    /// The time since the start, seconds.
    pub fn elapsed(&self) -> i64 {
        self.svm.now() - START
    }

    /// The chain's time.
    pub fn now(&self) -> i64 {
        self.svm.now()
    }

    /// Pieces of work the keeper has asked for so far.
    pub fn work(&self) -> usize {
        self.work
    }

    pub async fn loan(&self) -> Result<Loan> {
        self.chain.loan(&self.keys.loan).await
    }

    /// The car as the chain knows it.
    pub async fn vehicle(&self) -> Result<Vehicle> {
        self.chain.vehicle(&self.keys.vehicle).await
    }

    /// What the loan owes now.
    pub async fn quote(&self) -> Result<Quote> {
        let wallet = self.chain.tokens(&self.keys.wallet).await?.amount;
        quote(&self.loan().await?, wallet, self.svm.now()).map_err(|error| Refusal(error.into()).into())
    }

    /// The borrower puts money into the car wallet.
    pub async fn top_up(&self, amount: u64) -> Result<()> {
        let transfer = self.parties.top_up(&self.keys, amount)?;
        self.chain.send(&[transfer], &[&self.parties.funder, &self.parties.borrower]).await?;
        Ok(())
    }

    /// The lender closes its treasury: it takes no payment any more.
    pub async fn close_treasury(&self) -> Result<()> {
        let held = self.chain.tokens(&self.parties.treasury).await?.amount;
        let instructions = self.parties.close_treasury(held)?;
        self.chain.send(&instructions, &[&self.parties.funder, &self.parties.authority]).await?;
        Ok(())
    }

    /// Somebody creates the treasury again.
    pub async fn create_treasury(&self) -> Result<()> {
        self.chain.send(&[self.parties.create_treasury()], &[&self.parties.funder]).await?;
        Ok(())
    }

    /// The lender requests an unlock though the loan is in default.
    pub async fn unlock_by_the_lenders_will(&self) -> Result<()> {
        let Parties { funder, authority, .. } = &self.parties;
        let seq = self.vehicle().await?.last_seq_asked + 1;
        let asked = request(&self.keys, funder.pubkey(), Some(authority.pubkey()), Action::Unlock, seq);
        self.chain.send(&[asked], &[funder, authority]).await?;
        Ok(())
    }

    /// Every event of the loan so far.
    pub async fn journal(&self) -> Result<Journal> {
        let mut journal = Journal::of([self.keys.loan]);
        journal.read(&self.chain).await?;
        Ok(journal)
    }

    /// One second passes, and whatever follows from it happens.
    pub async fn second(&mut self) {
        let now = self.svm.now() + 1;
        self.clock.set(if self.fault == Fault::ClockAhead { now + AHEAD } else { now });
        self.svm.set_time(now);
        self.wire.tick();
        // Every keeper decides on the same snapshot before any of them acts.
        let mut queue = VecDeque::new();
        for which in 0..self.keepers.len() {
            let due = self.keepers[which].take_due(now);
            queue.extend(due.into_iter().map(|effect| (which, effect)));
            queue.extend(self.hear(which).into_iter().map(|effect| (which, effect)));
        }
        let before = self.work;
        while let Some((which, effect)) = queue.pop_front() {
            assert!(self.work - before < MOST_WORK, "a keeper runs in circles: {effect:?}");
            let number = self.work;
            self.work += 1;
            if let Fault::CrashBefore(at, secs) = self.fault
                && at == number
            {
                return self.crash(which, secs);
            }
            let event = self.keepers[which].perform(effect, now).await;
            if let Fault::CrashAfter(at, secs) = self.fault
                && at == number
            {
                return self.crash(which, secs);
            }
            let mut next = self.hear(which);
            next.extend(event.map_or_else(Vec::new, |event| self.keepers[which].core.apply(event)));
            queue.extend(next.into_iter().map(|effect| (which, effect)));
        }
    }

    /// A keeper receives the state of the chain, unless it is dead.
    fn hear(&mut self, which: usize) -> Vec<Effect> {
        let now = self.svm.now();
        if now < self.keepers[which].dead_until {
            return Vec::new();
        }
        let snapshot = self.svm.snapshot();
        let oldest = self.oldest.get_or_insert_with(|| snapshot.clone()).clone();
        let core = &mut self.keepers[which].core;
        let mut effects = core.apply(Event::Snapshot(snapshot.clone()));
        effects.extend(core.apply(Event::Clock(now)));
        let (again, then) = match self.fault {
            Fault::Twice => (snapshot, now),
            Fault::Stale => (oldest, now - 30),
            _ => return effects,
        };
        effects.extend(core.apply(Event::Snapshot(again)));
        effects.extend(core.apply(Event::Clock(then)));
        effects
    }

    /// A keeper dies, once.
    fn crash(&mut self, which: usize, secs: i64) {
        self.fault = Fault::None;
        let until = self.svm.now() + secs;
        self.keepers[which].crash(until);
    }
}
