//! The world: everything real but the wires, second by second.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_client::errors::Refusal;
use latchkey_client::instructions::{LoanKeys, fund_escrow};
use latchkey_client::latchkey::state::{Loan, Terms, Vehicle};
use latchkey_client::quote::{Quote, quote};
use latchkey_device::clock::VirtualClock;
use latchkey_function::{CommandKeys, Function, FunctionConfig};
use latchkey_harness::ledger::{Svm, SvmLedger};
use latchkey_harness::localnet::program_bytes;
use latchkey_harness::story::{Cast, Chain as _, ChainExt as _, Journal, Offer, Purse, SvmChain};
use latchkey_keeper::core::{Core, Effect, Event, Policy, Snapshot};
use latchkey_keeper::functions::{Embedded, Functions as _};
use latchkey_keeper::ledger::Ledger as _;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

use crate::fault::Fault;
use crate::road::Road;

/// 2027-01-15 08:00 UTC.
const START: i64 = 1_800_000_000;
/// How far a wrong clock is ahead, seconds.
const AHEAD: i64 = 100 * 86_400;
/// Pieces of work within one second after which the keeper is taken to run in circles.
const MOST_WORK: usize = 40;

/// Keepers, a car and a loan on a ledger in this process.
pub struct Sim {
    /// The ledger.
    pub chain: SvmChain,
    /// Lender and borrower.
    pub cast: Cast,
    /// The loan's addresses.
    pub keys: LoanKeys,
    /// The car.
    pub road: Road,
    /// The keepers: one, or two that race.
    pub keepers: Vec<Seat>,
    svm: Svm,
    clock: VirtualClock,
    fault: Fault,
    oldest: Option<Snapshot>,
    work: usize,
}

/// A keeper and what it works with.
pub struct Seat {
    /// Its address.
    pub keeper: Pubkey,
    /// What it had before its first piece of work.
    pub purse: Purse,
    core: Core,
    policy: Policy,
    ledger: SvmLedger,
    function: Embedded,
    dead_until: i64,
}

impl Seat {
    /// A rich keeper that holds the lender's command key.
    async fn new(svm: &Svm, chain: &SvmChain, cast: &Cast, keys: &LoanKeys, road: &Road) -> Result<Self> {
        let keypair = Keypair::new();
        let keeper = keypair.pubkey();
        chain.airdrop(&keeper, LAMPORTS_PER_SOL).await?;
        let signing = SigningKey::from_keypair_bytes(&keypair.to_bytes())?;
        let command_key = SigningKey::from_keypair_bytes(&cast.command_key.to_bytes())?;
        let function = Function::new(
            FunctionConfig::default(),
            CommandKeys::new([command_key]),
            Arc::new(svm.clone()),
            Arc::new(road.clone()),
        );
        let ledger = SvmLedger::new(svm.clone(), keypair);
        let escrow = chain.data("escrow", &keys.escrow).await?;
        let policy = Policy {
            min_fee: 0,
            lenders: Vec::new(),
            command_keys: vec![cast.command_key.pubkey()],
            escrow_rent: ledger.rent_exempt(escrow.len()).await?,
        };
        Ok(Self {
            core: Core::new(keeper, policy.clone(), 7),
            function: Embedded::new(function, signing),
            purse: Purse::of(chain, &keeper).await?,
            dead_until: START,
            keeper,
            policy,
            ledger,
        })
    }

    async fn perform(&self, effect: Effect) -> Event {
        match effect {
            Effect::Submit(intent) => {
                let vehicle = intent.keys.vehicle;
                let succeeded = self.ledger.land(*intent).await.succeeded;
                Event::TransactionEnded { vehicle, succeeded }
            }
            Effect::Invoke { invocation, now, limit_secs } => {
                let limit = Duration::from_secs(limit_secs);
                let reply = self.function.call(invocation, now, limit).await;
                Event::FunctionReplied { invocation, reply }
            }
        }
    }

    /// It dies and forgets everything.
    fn crash(&mut self, until: i64) {
        self.core = Core::new(self.keeper, self.policy.clone(), 8);
        self.dead_until = until;
    }
}

impl Sim {
    /// A loan on `terms` (`first_due` counts from now), its escrow funded, with a fault to come.
    pub async fn new(terms: Terms, offer: &Offer, funding: u64, fault: Fault) -> Result<Self> {
        let svm = Svm::new(&fs::read(program_bytes()?)?, START)?;
        let clock = VirtualClock::at(START);
        let chain = SvmChain::new(svm.clone(), clock.clone());
        let cast = Cast::new();
        cast.enter(&chain, offer).await?;
        let road = Road::to_a_car(&cast.command_key.pubkey(), clock.clone(), fault);
        let vehicle = cast.register(&chain, &road.enrolment(&cast.lender)).await?;
        let terms = Terms { first_due: START + terms.first_due, ..terms };
        let (keys, _) = cast.originate(&chain, vehicle, terms, offer).await?;
        let fund = fund_escrow(cast.funder.pubkey(), &keys.loan, funding);
        chain.send(&[fund], &[&cast.funder]).await?;

        let mut keepers = Vec::new();
        for _ in 0..if fault == Fault::Race { 2 } else { 1 } {
            keepers.push(Seat::new(&svm, &chain, &cast, &keys, &road).await?);
        }
        Ok(Self { oldest: None, work: 0, fault, keepers, clock, chain, cast, keys, road, svm })
    }

    /// The time since the start, seconds.
    pub fn elapsed(&self) -> i64 {
        self.svm.now() - START
    }

    /// Pieces of work the keeper has asked for so far.
    pub fn work(&self) -> usize {
        self.work
    }

    /// The loan.
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
        let transfer = self.cast.top_up(&self.keys, amount)?;
        self.chain.send(&[transfer], &[&self.cast.funder, &self.cast.borrower]).await?;
        Ok(())
    }

    /// All the chain has told about the loan.
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
        self.road.tick();
        // Each decides on the same world before any of them acts.
        let mut queue = VecDeque::new();
        for seat in 0..self.keepers.len() {
            queue.extend(self.hear(seat).into_iter().map(|effect| (seat, effect)));
        }
        let before = self.work;
        while let Some((seat, effect)) = queue.pop_front() {
            assert!(self.work - before < MOST_WORK, "a keeper runs in circles: {effect:?}");
            let number = self.work;
            self.work += 1;
            if let Fault::CrashBefore(at, secs) = self.fault
                && at == number
            {
                return self.crash(seat, secs);
            }
            let event = self.keepers[seat].perform(effect).await;
            if let Fault::CrashAfter(at, secs) = self.fault
                && at == number
            {
                return self.crash(seat, secs);
            }
            let mut next = self.hear(seat);
            next.extend(self.keepers[seat].core.apply(event));
            queue.extend(next.into_iter().map(|effect| (seat, effect)));
        }
    }

    /// A keeper hears of the chain, unless it is dead.
    fn hear(&mut self, seat: usize) -> Vec<Effect> {
        let now = self.svm.now();
        if now < self.keepers[seat].dead_until {
            return Vec::new();
        }
        let snapshot = self.svm.snapshot();
        let oldest = self.oldest.get_or_insert_with(|| snapshot.clone()).clone();
        let core = &mut self.keepers[seat].core;
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
    fn crash(&mut self, seat: usize, secs: i64) {
        self.fault = Fault::None;
        let until = self.svm.now() + secs;
        self.keepers[seat].crash(until);
    }
}
