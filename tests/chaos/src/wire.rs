//! The wire between function and car, and the car at its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::SigningKey;
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use latchkey_device::agent::SignedReceipt;
use latchkey_device::car::SimulatedCar;
use latchkey_device::clock::VirtualClock;
use latchkey_device::device::{Device, Report};
use latchkey_device::identity::Identity;
use latchkey_device::keyring::{Keyring, Trusted};
use latchkey_device::store::MemoryStore;
use latchkey_function::{Answers, Courier, Parcel};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment};

use crate::fault::Fault;

/// A car with its agent, at the end of a wire that may fail. Clones are the same car.
#[derive(Clone)]
pub struct Wire(Arc<Mutex<State>>);

struct State {
    identity: Identity,
    car: SimulatedCar,
    store: MemoryStore,
    clock: VirtualClock,
    device: Option<Device<SimulatedCar, MemoryStore>>,
    fault: Fault,
    sent: usize,
}

impl Wire {
    /// A new car that obeys `command_key`.
    pub fn to_a_car(command_key: &Pubkey, clock: VirtualClock, fault: Fault) -> Self {
        let device_key = SigningKey::from_bytes(&[42; 32]);
        let device = Pubkey::from(device_key.verifying_key().to_bytes());
        let actions = Action::ALL.to_vec();
        let identity = Identity {
            program: PROGRAM_ID.to_bytes(),
            vehicle: pda::vehicle(&device).to_bytes(),
            device_key,
            root: None,
            keyring: Keyring::of(&[Trusted { key: command_key.to_bytes(), actions }], 1)
                .expect("one key is a keyring"),
        };
        let (car, store) = (SimulatedCar::new(), MemoryStore::default());
        let mut state = State { identity, car, store, clock, device: None, fault, sent: 0 };
        state.power_up();
        Self(Arc::new(Mutex::new(state)))
    }

    /// The car's signed enrolment with a lender.
    pub fn enrolment(&self, lender: &Pubkey) -> Envelope {
        let program = PROGRAM_ID.to_bytes();
        let enrolment = Enrolment { program, lender: lender.to_bytes(), vin_commitment: [1; 32] };
        Envelope::seal(&self.state().identity.device_key, &enrolment.encode())
    }

    /// Whether its next start is inhibited.
    pub fn is_inhibited(&self) -> bool {
        self.state().car.look().inhibited
    }

    /// Commands sent to it so far, lost ones too.
    pub fn sent(&self) -> usize {
        self.state().sent
    }

    /// Lets the agent check its clock.
    pub fn tick(&self) {
        obeyed(self.state().device().tick());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Starts the agent from what it remembers.
    fn power_up(&mut self) {
        let clock = Arc::new(self.clock.clone());
        let started = Device::start(self.identity.clone(), self.car.clone(), self.store.clone(), clock);
        self.device = Some(started);
    }

    fn device(&mut self) -> &mut Device<SimulatedCar, MemoryStore> {
        self.device.as_mut().expect("the agent runs")
    }

    /// The command travels to the car; the receipt travels back unless something happens to either.
    fn travel(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let number = self.sent;
        self.sent += 1;
        if self.fault == Fault::LoseCommand(number) {
            return None;
        }
        let mut answer = obeyed(self.device().receive(command));
        if self.fault == Fault::Twice {
            answer = obeyed(self.device().receive(command));
        }
        if self.fault == Fault::CutPower(number) {
            self.power_up();
            return None;
        }
        answer.filter(|_| self.fault != Fault::LoseReceipt(number)).map(|answer| answer.receipt)
    }
}

/// The answer of a report in which nothing failed.
fn obeyed(report: Report) -> Option<SignedReceipt> {
    assert!(report.trouble.is_none(), "a simulated car obeys: {:?}", report.trouble);
    report.answer
}

impl Courier for Wire {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        replies.mark_sent();
        if let Some(receipt) = self.state().travel(&parcel.envelope) {
            replies.pass_on(receipt);
        }
        // The wire stays open, or the function would treat the courier as gone.
        tokio::spawn(async move { replies.closed().await });
        answers
    }
}
