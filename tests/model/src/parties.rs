//! The signers, the car and their addresses.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use ed25519_dalek::SigningKey;
use latchkey::state::Action;
use latchkey_client::{Pubkey, pda};
use latchkey_protocol::sealed::{Envelope, sha256};
use latchkey_protocol::{Enrolment, HandOverReceipt, Outcome, Receipt};

/// The key of the person of this name. Nobody signs in a model: an instruction names who must.
pub fn person(name: &str) -> Pubkey {
    Pubkey::new_from_array(sha256(format!("the model's {name}").as_bytes()))
}

/// Every possible signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Creates the lender and owns it at first.
    Authority,
    /// May come to own it.
    Nominee,
    /// Services the lender's loans.
    Servicer,
    /// May come to do it.
    Deputy,
    /// Owes the loan.
    Borrower,
    /// May come to owe it: another key of the borrower, or another's.
    Heir,
    /// Owns the other lender.
    Buyer,
    /// Pays rent.
    Payer,
    /// Executes function calls.
    Keeper,
    /// Another keeper.
    Rival,
    /// Takes no part in the loan.
    Stranger,
}

impl Who {
    /// All signers.
    pub const ALL: [Self; 11] = [
        Self::Authority,
        Self::Nominee,
        Self::Servicer,
        Self::Deputy,
        Self::Borrower,
        Self::Heir,
        Self::Buyer,
        Self::Payer,
        Self::Keeper,
        Self::Rival,
        Self::Stranger,
    ];

    pub fn key(self) -> Pubkey {
        static KEYS: OnceLock<Vec<Pubkey>> = OnceLock::new();
        let keys = KEYS.get_or_init(|| Self::ALL.iter().map(|who| person(&format!("{who:?}"))).collect());
        keys[self as usize]
    }

    /// Whose key this is.
    pub fn of(key: &Pubkey) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.key() == *key)
    }
}

/// A lender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum House {
    /// The one that writes loans.
    First,
    /// The one that may buy them, and sell them back.
    Second,
}

impl House {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// Whom the other one is.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// Who creates it.
    pub fn founder(self) -> Who {
        match self {
            Self::First => Who::Authority,
            Self::Second => Who::Buyer,
        }
    }
}

/// Devices that a car may get.
pub const DEVICES: usize = 3;

/// One of the car's devices: the first is the one it is registered with.
pub fn device(index: usize) -> &'static SigningKey {
    static DEVICES_OF_THE_CAR: OnceLock<Vec<SigningKey>> = OnceLock::new();
    let devices = DEVICES_OF_THE_CAR.get_or_init(|| {
        let key = |index| SigningKey::from_bytes(&sha256(format!("the model's device {index}").as_bytes()));
        (0..DEVICES).map(key).collect()
    });
    &devices[index % DEVICES]
}

/// A device's key on chain.
pub fn device_key(index: usize) -> Pubkey {
    Pubkey::new_from_array(device(index).verifying_key().to_bytes())
}

/// The car.
pub fn vehicle() -> Pubkey {
    static VEHICLE: OnceLock<Pubkey> = OnceLock::new();
    *VEHICLE.get_or_init(|| pda::vehicle(&device_key(0)))
}

/// A lender's address.
pub fn lender(house: House) -> Pubkey {
    static LENDERS: OnceLock<[Pubkey; 2]> = OnceLock::new();
    LENDERS.get_or_init(|| House::ALL.map(|house| pda::lender(&house.founder().key())))[house as usize]
}

/// The address of the car's invocation of this sequence number. Deriving an address costs more than all else here, so
/// each is derived once.
pub fn invocation(seq: u64) -> Pubkey {
    thread_local! {
        static FOUND: RefCell<HashMap<u64, Pubkey>> = RefCell::default();
    }
    FOUND.with_borrow_mut(|found| *found.entry(seq).or_insert_with(|| pda::invocation(&vehicle(), seq)))
}

/// The address of one of a lender's functions.
pub fn function(house: House, action: Action) -> Pubkey {
    static FUNCTIONS: OnceLock<BTreeMap<(House, Action), Pubkey>> = OnceLock::new();
    let functions = FUNCTIONS.get_or_init(|| {
        let all = House::ALL.into_iter().flat_map(|house| Action::ALL.map(|action| (house, action)));
        all.map(|(house, action)| ((house, action), pda::function(&lender(house), action))).collect()
    });
    functions[&(house, action)]
}

/// The commitment to the car's identification number.
pub const VIN: [u8; 32] = [3; 32];

/// What a device signs to enrol with a lender.
pub fn enrolment(device_index: usize, lender: &Pubkey) -> Envelope {
    let message =
        Enrolment { program: latchkey::ID.to_bytes(), lender: lender.to_bytes(), vin_commitment: VIN };
    Envelope::seal(device(device_index), &message.encode())
}

/// The hash of a command, which its receipt repeats.
pub fn command_hash(seq: u64) -> [u8; 32] {
    let mut hash = [5; 32];
    hash[..8].copy_from_slice(&seq.to_le_bytes());
    hash
}

/// The receipt of a device for a call, with an outcome.
pub fn receipt(device_index: usize, action: Action, seq: u64, outcome: Outcome, now: i64) -> Envelope {
    let message = Receipt {
        program: latchkey::ID.to_bytes(),
        vehicle: vehicle().to_bytes(),
        invocation: invocation(seq).to_bytes(),
        seq,
        action,
        outcome,
        device_time: now,
        command_hash: command_hash(seq),
    };
    Envelope::seal(device(device_index), &message.encode())
}

/// What a device signs when it has taken a lender's keyring.
pub fn hand_over(device_index: usize, house: House, keyring_hash: [u8; 32], device_time: i64) -> Envelope {
    let message = HandOverReceipt {
        program: latchkey::ID.to_bytes(),
        vehicle: vehicle().to_bytes(),
        lender: lender(house).to_bytes(),
        keyring_hash,
        nonce: NONCE,
        device_time,
    };
    Envelope::seal(device(device_index), &message.encode())
}

/// The car's nonce for its next keyring.
pub const NONCE: [u8; 32] = [6; 32];
