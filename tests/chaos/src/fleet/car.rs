//! The cars, and the broker between them and the functions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use latchkey_device::car::SimulatedCar;
use latchkey_device::clock::VirtualClock;
use latchkey_device::device::Device;
use latchkey_device::identity::Identity;
use latchkey_device::keyring::{Keyring, Trusted};
use latchkey_device::store::MemoryStore;
use latchkey_function::courier::Replies;
use latchkey_function::{Answers, Courier, Parcel};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Command as Order, Enrolment, Outcome, Receipt};
use tokio::time::{Instant, sleep, timeout};

use super::lie::Lie;
use super::plan::{Fault, LoanPlan};
use super::world::{Command, Shared, lock};

/// How often a courier sends a command again.
const AGAIN: Duration = Duration::from_secs(5);

/// A car.
pub struct Car {
    identity: Identity,
    hardware: SimulatedCar,
    store: MemoryStore,
    clock: VirtualClock,
    device: Device<SimulatedCar, MemoryStore>,
    plan: LoanPlan,
    /// The receipt for each sequence number: there is one.
    receipts: BTreeMap<u64, Vec<u8>>,
    /// Since when it is locked, the chain's time.
    pub locked_at: Option<i64>,
    /// What it did that no car may do.
    pub wrong: Vec<String>,
    /// How often it was locked and unlocked.
    pub locks: u64,
    pub unlocks: u64,
}

/// The key of a car, by its number.
pub fn identity(device_key: SigningKey, command_key: &Pubkey) -> Identity {
    let device = Pubkey::from(device_key.verifying_key().to_bytes());
    Identity {
        program: PROGRAM_ID.to_bytes(),
        vehicle: pda::vehicle(&device).to_bytes(),
        device_key,
        root: None,
        keyring: Keyring::of(&[Trusted { key: command_key.to_bytes(), actions: Action::ALL.to_vec() }], 1)
            .expect("one key is a keyring"),
    }
}

/// A car's signed enrolment with a lender.
pub fn enrolment(identity: &Identity, lender: &Pubkey) -> Envelope {
    let enrolment =
        Enrolment { program: PROGRAM_ID.to_bytes(), lender: lender.to_bytes(), vin_commitment: [1; 32] };
    Envelope::seal(&identity.device_key, &enrolment.encode())
}

impl Car {
    pub fn new(identity: Identity, clock: VirtualClock, plan: LoanPlan) -> Self {
        let (hardware, store) = (SimulatedCar::new(), MemoryStore::default());
        let device =
            Device::start(identity.clone(), hardware.clone(), store.clone(), Arc::new(clock.clone()));
        Self {
            identity,
            hardware,
            store,
            clock,
            device,
            plan,
            receipts: BTreeMap::new(),
            locked_at: None,
            wrong: Vec::new(),
            locks: 0,
            unlocks: 0,
        }
    }

    pub fn is_locked(&self) -> bool {
        self.hardware.look().inhibited
    }

    /// A second passes.
    pub fn tick(&mut self, now: i64) {
        let report = self.device.tick();
        self.take(report.answer.map(|answer| answer.receipt), now);
    }

    /// Loses power and starts again from what it remembers.
    fn power_up(&mut self, forgets: bool) {
        if forgets {
            self.store = MemoryStore::default();
        }
        let clock = Arc::new(self.clock.clone());
        self.device = Device::start(self.identity.clone(), self.hardware.clone(), self.store.clone(), clock);
    }

    fn receive(&mut self, command: &[u8], now: i64) -> Option<Vec<u8>> {
        let report = self.device.receive(command);
        if let Some(trouble) = report.trouble {
            self.wrong.push(format!("a simulated car obeys: {trouble}"));
        }
        self.take(report.answer.map(|answer| answer.receipt), now)
    }

    fn take(&mut self, receipt: Option<Vec<u8>>, now: i64) -> Option<Vec<u8>> {
        match (self.locked_at, self.is_locked()) {
            (None, true) => (self.locked_at, self.locks) = (Some(now), self.locks + 1),
            (Some(_), false) => (self.locked_at, self.unlocks) = (None, self.unlocks + 1),
            _ => {}
        }
        let receipt = receipt?;
        let read = Envelope::open(&receipt).ok().and_then(|envelope| Receipt::decode(&envelope.payload).ok());
        // A refusal says that nothing was done: what was refused once may be done later.
        if let Some(read) = read.filter(|read| matches!(read.outcome, Outcome::Applied | Outcome::Armed)) {
            let first = self.receipts.entry(read.seq).or_insert_with(|| receipt.clone());
            if *first != receipt {
                self.wrong.push(format!("a car did call {} twice", read.seq));
            }
        }
        Some(receipt)
    }
}

/// Every car, by its vehicle's address.
#[derive(Clone)]
pub struct Broker {
    pub world: Shared,
    cars: Arc<BTreeMap<Pubkey, Mutex<Car>>>,
}

impl Broker {
    pub fn new(world: Shared, cars: BTreeMap<Pubkey, Car>) -> Self {
        let cars = cars.into_iter().map(|(vehicle, car)| (vehicle, Mutex::new(car))).collect();
        Self { world, cars: Arc::new(cars) }
    }

    pub fn car(&self, vehicle: &Pubkey) -> MutexGuard<'_, Car> {
        self.cars[vehicle].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn vehicles(&self) -> impl Iterator<Item = &Pubkey> {
        self.cars.keys()
    }

    /// Sends the command until the conversation ends.
    async fn carry(self, parcel: Parcel, is_lock: bool, replies: Replies) {
        let until = Instant::now() + parcel.expires_in;
        while Instant::now() < until {
            if timeout(AGAIN, self.exchange(&parcel, is_lock, &replies)).await.is_err() {
                continue;
            }
            if timeout(AGAIN, replies.closed()).await.is_ok() {
                return;
            }
        }
    }

    /// The command travels to the car, and its receipt back, unless something happens to either.
    async fn exchange(&self, parcel: &Parcel, is_lock: bool, replies: &Replies) {
        let plan = self.car(&parcel.vehicle).plan;
        let way = Duration::from_millis(plan.car_ms / 2);
        {
            let mut world = lock(&self.world);
            if world.strikes(Fault::BrokerLost, None) {
                return;
            }
            replies.mark_sent();
            if is_lock {
                let slot = world.chain.slot();
                world.locks.push(Command { vehicle: parcel.vehicle, invocation: parcel.invocation, slot });
            }
            if world.draw.chance(plan.car_loses) || world.strikes(Fault::CommandLost, None) {
                return;
            }
        }
        sleep(way.min(AGAIN / 3)).await;
        let receipt = {
            let now = lock(&self.world).chain.now();
            let receipt = self.car(&parcel.vehicle).receive(&parcel.envelope, now);
            let mut world = lock(&self.world);
            world.trace.note((parcel.vehicle.to_bytes(), &receipt));
            let cut = receipt.is_some() && world.strikes(Fault::PowerCut, None);
            let forgets = world.lie == Some(Lie::CarsForget);
            if cut || forgets {
                self.car(&parcel.vehicle).power_up(forgets);
            }
            receipt.filter(|_| !cut)
        };
        let Some(receipt) = receipt else { return };
        // A slow car's receipt comes after the next copy of the command has left.
        let (replies, broker) = (replies.clone(), self.clone());
        tokio::spawn(async move {
            sleep(way).await;
            let lost = {
                let mut world = lock(&broker.world);
                world.strikes(Fault::BrokerLost, None)
                    || world.draw.chance(plan.car_loses)
                    || world.strikes(Fault::ReceiptLost, None)
            };
            if !lost {
                replies.pass_on(receipt);
            }
        });
    }
}

impl Courier for Broker {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        let envelope = Envelope::open(&parcel.envelope).ok();
        let mut is_lock = false;
        if let Some(order) = envelope.as_ref().and_then(|envelope| Order::decode(&envelope.payload).ok()) {
            let mut world = lock(&self.world);
            let Order { action, seq, .. } = order;
            world.note(&format!("a function sends {action:?} {seq} to {}", parcel.vehicle));
            is_lock = action == Action::Lock;
        }
        tokio::spawn(self.clone().carry(parcel, is_lock, replies));
        answers
    }
}
