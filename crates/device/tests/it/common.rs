//! A car on a test rig, its clock, and the keys that command it.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use ed25519_dalek::SigningKey;
use latchkey_device::agent::SignedReceipt;
use latchkey_device::car::{SimulatedCar, Simulation};
use latchkey_device::clock::{Clock, Clocks};
use latchkey_device::device::{Device, Report};
use latchkey_device::identity::Identity;
use latchkey_device::keyring::{Keyring, Trusted};
use latchkey_device::mqtt::BrokerConfig;
use latchkey_device::state::State;
use latchkey_device::store::{MemoryStore, NoRecord, Store, StoreError};
use latchkey_protocol::code;
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::{Envelope, SEAL_LEN, sha256};
use latchkey_protocol::{Action, Command, HandOver, Key, KeySet, Outcome, Receipt};

pub const PROGRAM: Key = [0xa1; 32];
pub const VEHICLE: Key = [0xb2; 32];
/// When the clock of every test starts, Unix seconds.
pub const START: i64 = 1_767_312_000;

pub fn device_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// May command everything.
pub fn full_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

/// May only warn.
pub fn warn_key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

/// Hands the car over.
pub fn root_key() -> SigningKey {
    SigningKey::from_bytes(&[4; 32])
}

/// Gives codes out.
pub fn code_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// What the car knows of it.
pub fn coded_key() -> Key {
    code::public(&code_key())
}

pub fn trusted(key: &SigningKey, actions: &[Action]) -> Trusted {
    Trusted { key: key.verifying_key().to_bytes(), actions: actions.to_vec() }
}

/// A keyring with the key that may command everything.
pub fn keyring() -> Vec<Trusted> {
    vec![trusted(&full_key(), &Action::ALL)]
}

/// A broker on a port of this machine, in the clear.
pub fn broker_config(port: u16) -> BrokerConfig {
    BrokerConfig { host: "127.0.0.1".to_owned(), port, tls: None, keep_alive_secs: 5 }
}

/// The same, and the key that may only warn.
pub fn provisioned() -> Vec<Trusted> {
    let mut keyring = keyring();
    keyring.push(trusted(&warn_key(), &[Action::Warn]));
    keyring
}

pub fn identity() -> Identity {
    let code_key = Some(coded_key());
    let keyring = Keyring { code_key, ..Keyring::of(&provisioned(), 1).unwrap() };
    let root = Some(root_key().verifying_key().to_bytes());
    Identity { program: PROGRAM, vehicle: VEHICLE, device_key: device_key(), root, keyring }
}

/// The address of the invocation that has this sequence number.
pub fn invocation(seq: u64) -> Key {
    let mut key = [0xc3; 32];
    key[..8].copy_from_slice(&seq.to_le_bytes());
    key
}

/// A command to be signed and sent, whose fields may be changed. By default it may take effect for 60 seconds, and a
/// lock lasts an hour.
#[derive(Clone, Debug)]
pub struct Order {
    command: Command<'static>,
    pub key: SigningKey,
}

impl Deref for Order {
    type Target = Command<'static>;

    fn deref(&self) -> &Self::Target {
        &self.command
    }
}

impl DerefMut for Order {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.command
    }
}

impl Order {
    pub fn new(action: Action, seq: u64, issued_at: i64) -> Self {
        let command = Command {
            program: PROGRAM,
            vehicle: VEHICLE,
            invocation: invocation(seq),
            seq,
            action,
            issued_at,
            not_after: issued_at.saturating_add(60),
            lock_until: if action == Action::Lock { issued_at.saturating_add(3_600) } else { 0 },
            message: format!("message {seq}").leak(),
        };
        Self { command, key: full_key() }
    }

    pub fn warn(seq: u64) -> Self {
        Self::new(Action::Warn, seq, START)
    }

    pub fn lock(seq: u64) -> Self {
        Self::new(Action::Lock, seq, START)
    }

    pub fn unlock(seq: u64) -> Self {
        Self::new(Action::Unlock, seq, START)
    }

    /// The order with this change.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.command.encode_into(&mut [0; Command::MAX_LEN]).unwrap().to_vec()
    }

    /// As it travels.
    pub fn sealed(&self) -> Vec<u8> {
        Envelope::seal(&self.key, &self.bytes()).to_bytes()
    }
}

/// What an answer says, once its signature and addressing are checked.
pub fn read(answer: &SignedReceipt) -> Receipt {
    let receipt = read_bytes(&answer.receipt);
    assert_eq!(receipt.invocation, answer.invocation);
    receipt
}

pub fn read_bytes(bytes: &[u8]) -> Receipt {
    let signed = Envelope::open(bytes).unwrap();
    assert_eq!(signed.signer, device_key().verifying_key().to_bytes());
    let receipt = Receipt::decode(&signed.payload).unwrap();
    assert_eq!((receipt.program, receipt.vehicle), (PROGRAM, VEHICLE));
    receipt
}

/// The same without checking the signature, for tests that read thousands.
pub fn peek(answer: &SignedReceipt) -> Receipt {
    Receipt::decode(&answer.receipt[SEAL_LEN..]).unwrap()
}

/// That the receipt answers this very order.
pub fn assert_answers(receipt: &Receipt, order: &Order, outcome: Outcome) {
    assert_eq!(
        (receipt.invocation, receipt.seq, receipt.action, receipt.outcome),
        (order.invocation, order.seq, order.action, outcome)
    );
    assert_eq!(receipt.command_hash, sha256(&order.bytes()));
}

/// The answer of a report in which nothing failed.
pub fn untroubled(report: Report) -> Option<SignedReceipt> {
    assert!(report.trouble.is_none(), "{:?}", report.trouble);
    report.answer
}

/// Clocks that are set apart. Clones show the same time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Clocks>>);

impl TestClock {
    pub fn new() -> Self {
        let boot = [1; 16];
        Self(Arc::new(Mutex::new(Clocks { wall: START, elapsed: 1_000, boot, network: Some(START) })))
    }

    /// Time passes.
    pub fn pass(&self, secs: u64) {
        self.change(|clocks| {
            clocks.wall = clocks.wall.saturating_add_unsigned(secs);
            clocks.network = clocks.network.map(|time| time.saturating_add_unsigned(secs));
            clocks.elapsed += secs;
        });
    }

    /// Time passes until network time is this.
    pub fn pass_until(&self, unix: i64) {
        let now = self.now().network.expect("network time");
        self.pass(u64::try_from(unix - now).expect("a later time"));
    }

    /// Sets the wall clock, as a driver could.
    pub fn set_wall(&self, unix: i64) {
        self.change(|clocks| clocks.wall = unix);
    }

    /// The elapsed clock says this, whatever it said before.
    pub fn set_elapsed(&self, elapsed: u64) {
        self.change(|clocks| clocks.elapsed = elapsed);
    }

    /// The network says this, or nothing.
    pub fn set_network(&self, unix: Option<i64>) {
        self.change(|clocks| clocks.network = unix);
    }

    /// The machine is without power for so long, and starts again without network time.
    pub fn power_off(&self, secs: u64) {
        self.change(|clocks| {
            clocks.wall = clocks.wall.saturating_add_unsigned(secs);
            clocks.elapsed = 0;
            clocks.boot[0] = clocks.boot[0].wrapping_add(1);
            clocks.network = None;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Clocks)) {
        change(&mut self.0.lock().unwrap());
    }
}

impl Clock for TestClock {
    fn now(&self) -> Clocks {
        *self.0.lock().unwrap()
    }
}

/// A simulated car with its agent, memory and clock: parked, and new.
pub struct Rig {
    pub device: Device<SimulatedCar, MemoryStore>,
    identity: Identity,
    pub car: SimulatedCar,
    pub store: MemoryStore,
    pub clock: TestClock,
}

impl Rig {
    pub fn new() -> Self {
        Self::of(identity())
    }

    /// A car that was provisioned otherwise.
    pub fn of(identity: Identity) -> Self {
        let (car, store, clock) = (SimulatedCar::new(), MemoryStore::default(), TestClock::new());
        let device = Device::start(identity.clone(), car.clone(), store.clone(), Arc::new(clock.clone()));
        Self { device, identity, car, store, clock }
    }

    /// The agent's process ends and starts again.
    pub fn restart(&mut self) {
        let clock = Arc::new(self.clock.clone());
        self.device = Device::start(self.identity.clone(), self.car.clone(), self.store.clone(), clock);
    }

    /// What is durable, and what the car does.
    pub fn look(&self) -> (State, Simulation) {
        (self.store.clone().load().unwrap(), self.car.look())
    }

    /// Sends a message and gives back the bytes of the answer.
    pub fn send(&mut self, message: &[u8]) -> Option<SignedReceipt> {
        untroubled(self.device.receive(message))
    }

    /// Sends an order and reads the answer.
    pub fn order(&mut self, order: &Order) -> Receipt {
        let answer = self.send(&order.sealed()).expect("an answer");
        assert_eq!(answer.invocation, order.invocation);
        read(&answer)
    }

    /// Sends an order and checks that it is answered with this outcome.
    pub fn expect(&mut self, order: &Order, outcome: Outcome) -> Receipt {
        let receipt = self.order(order);
        assert_answers(&receipt, order, outcome);
        receipt
    }

    pub fn tick(&mut self) -> Option<Receipt> {
        untroubled(self.device.tick()).as_ref().map(read)
    }

    /// Whether the next start is inhibited, as the car and the memory agree.
    pub fn is_locked(&self) -> bool {
        let (state, car) = self.look();
        assert_eq!(state.lock.inhibits(), car.inhibited);
        car.inhibited
    }
}

/// Agrees to hand-overs while its loan is open.
pub fn borrower_key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

/// A command key of another lender.
pub fn buyers_key() -> SigningKey {
    SigningKey::from_bytes(&[6; 32])
}

/// A set of these keys, of which so many must sign.
pub fn key_set(required: u8, keys: &[&SigningKey]) -> KeySet {
    let mut set = KeySet { required, keys: [[0; 32]; 3] };
    for (place, key) in set.keys.iter_mut().zip(keys) {
        *place = key.verifying_key().to_bytes();
    }
    set
}

/// A hand-over to the full key alone, with the car's first nonce, for a loan of the borrower.
pub fn hand_over() -> HandOver {
    let set = key_set(1, &[&full_key()]);
    HandOver {
        program: PROGRAM,
        vehicle: VEHICLE,
        nonce: [0; 32],
        issued_at: START,
        seq: 10,
        borrower: borrower_key().verifying_key().to_bytes(),
        locks_until: START + 1_000_000,
        keyring: latchkey_protocol::Keyring { lender: [0xd4; 32], warn: set, lock: set, unlock: set },
        code_key: [0; 32],
    }
}

/// An order about keys as it travels, signed by each of these.
pub fn cosigned(keys: &[&SigningKey], payload: &[u8]) -> Vec<u8> {
    Cosigned::seal(keys, payload).to_bytes()
}

/// A disk that takes nothing.
pub struct Full(pub State);

impl Store for Full {
    fn load(&mut self) -> Result<State, NoRecord> {
        Ok(self.0.clone())
    }

    fn save(&mut self, _: &State) -> Result<(), StoreError> {
        let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Err(StoreError::Io { path: "state".into(), source })
    }
}
