//! A function call as real encoded accounts, its keys, and a chain that tests change by hand.

#![allow(dead_code, unused_imports, reason = "each test binary uses its own part")]

mod courier;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anchor_lang::AccountSerialize;
use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
pub use courier::TestCourier;
use ed25519_dalek::SigningKey;
use latchkey::fixtures;
use latchkey::rules::invocation::{Offer, Requested};
use latchkey::state::{
    Action, Claim, Function, Invocation, Lender, Loan, LoanParties, LoanStatus, LockState, Notices,
    OpenInvocation, PinnedUnlock, Terms, Vehicle,
};
use latchkey_client::pda;
use latchkey_function::{CallAccounts, ChainAccount, ChainReader, CommandKeys, ReadError};
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::{Envelope, sha256};
use latchkey_protocol::{Command, Key, Outcome, Receipt};

/// When the invocation was asked for. The first instalment was due at 1,000, the grace is 50 s.
pub const REQUESTED: i64 = 1_060;
/// When the lease ends.
pub const LEASE_END: i64 = 1_160;
/// When the invocation expires.
pub const EXPIRES: i64 = 1_360;
/// The chain's time at the start.
pub const NOW: i64 = 1_070;

const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn public(key: &SigningKey) -> Pubkey {
    Pubkey::from(key.verifying_key().to_bytes())
}

pub fn keeper() -> SigningKey {
    key(1)
}

pub fn command_key() -> SigningKey {
    key(2)
}

pub fn command_keys() -> CommandKeys {
    CommandKeys::new([command_key()])
}

pub fn car_key(car: u8) -> SigningKey {
    key(100 + car)
}

/// The command key of another operator.
pub fn other_command_key() -> SigningKey {
    key(12)
}

/// The call, if two of these keys must sign it.
pub fn needs_two(mut call: CallFixture) -> CallFixture {
    call.invocation.required = 2;
    call.invocation.command_keys = [command_key(), other_command_key(), key(13)].map(|key| public(&key));
    call
}

/// One car, its defaulted loan, and an invocation: an unlock, or a call that the keeper has claimed.
#[derive(Clone)]
pub struct CallFixture {
    pub now: i64,
    pub lender: Lender,
    pub vehicle: Vehicle,
    pub loan: Loan,
    pub invocation: Invocation,
    pub wallet: u64,
    pub car: SigningKey,
}

impl CallFixture {
    pub fn new(action: Action) -> Self {
        Self::of_car(action, 0)
    }

    pub fn of_car(action: Action, car: u8) -> Self {
        let authority = public(&key(3));
        let car = car_key(car);
        let lender = pda::lender(&authority);
        let vehicle = pda::vehicle(&public(&car));
        let loan_key = pda::loan(&vehicle, 0);
        let parties = LoanParties {
            lender,
            borrower: public(&key(6)),
            vehicle,
            wallet: public(&key(8)),
            rent_payer: public(&key(7)),
        };
        let function = Function {
            fee: 5_000,
            bond: 1_000,
            lease_secs: 100,
            command_keys: [public(&command_key()), Pubkey::default(), Pubkey::default()],
            ..fixtures::function(action)
        };
        let terms = Terms { late_fee: 0, ..fixtures::terms() };
        let loan = Loan {
            status: LoanStatus::Defaulted,
            notices: Notices { warned_instalment: 1, warn_attempts: 1, ..Notices::default() },
            invocations_open: 1,
            defaulted_at: 1_050,
            ..Loan::new(255, parties, 0, terms, PinnedUnlock::from(&function), 0)
        };
        let offer = match action {
            Action::Unlock => Offer::pinned_unlock(&loan),
            Action::Warn | Action::Lock => Offer::from(&function),
        };
        let lock_until = (action == Action::Lock).then_some(REQUESTED + 300);
        let instalment = u16::from(action == Action::Warn);
        let requested = Requested { seq: 7, expires_at: EXPIRES, lock_until, instalment, is_final: false };
        let claim = Claim { keeper: public(&keeper()), lease_end: LEASE_END, bond: 1_000 };
        let mut invocation = Invocation {
            rent_payer: public(&key(7)),
            ..Invocation::new(&offer, loan_key, &loan, requested, REQUESTED)
        };
        invocation.set_claim((action != Action::Unlock).then_some(claim));
        Self {
            now: NOW,
            lender: Lender {
                first_authority: authority,
                authority,
                servicer: authority,
                mint: public(&key(4)),
                treasury: public(&key(5)),
                ..fixtures::lender()
            },
            vehicle: Vehicle {
                active_loan: loan_key,
                lock: if action == Action::Unlock {
                    LockState::locked(6, 1_000, 2_000)
                } else {
                    LockState::UNLOCKED
                },
                last_seq_asked: 7,
                last_seq_proven: 6,
                open: OpenInvocation::new(action, EXPIRES),
                loans: 1,
                ..Vehicle::new(255, lender, public(&car), [0; 32])
            },
            invocation,
            loan,
            wallet: 0,
            car,
        }
    }

    pub fn address(&self) -> Pubkey {
        pda::invocation(&self.invocation.vehicle, self.invocation.seq)
    }

    /// What an asker says of it that knows its accounts.
    pub fn call_accounts(&self) -> CallAccounts {
        let Invocation { lender, loan, vehicle, .. } = self.invocation;
        CallAccounts { vehicle, loan, lender, mint: self.lender.mint }
    }

    /// Everything as accounts, at the addresses where the program puts them.
    pub fn accounts(&self) -> HashMap<Pubkey, ChainAccount> {
        let Invocation { lender, loan, vehicle, .. } = self.invocation;
        let wallet = pda::wallet(&loan, &self.lender.mint, &anchor_spl::token::ID);
        HashMap::from([
            (CLOCK, ChainAccount { owner: Pubkey::default(), data: clock(self.now) }),
            (self.address(), owned(&self.invocation)),
            (lender, owned(&self.lender)),
            (vehicle, owned(&self.vehicle)),
            (loan, owned(&self.loan)),
            (wallet, token_account(anchor_spl::token::ID, &self.lender.mint, &loan, self.wallet)),
        ])
    }
}

pub fn owned(account: &impl AccountSerialize) -> ChainAccount {
    let mut data = Vec::new();
    account.try_serialize(&mut data).unwrap();
    ChainAccount { owner: latchkey::ID, data }
}

pub fn clock(now: i64) -> Vec<u8> {
    let mut data = vec![0; 40];
    data[32..].copy_from_slice(&now.to_le_bytes());
    data
}

pub fn token_account(program: Pubkey, mint: &Pubkey, owner: &Pubkey, amount: u64) -> ChainAccount {
    let mut data = vec![0; 165];
    data[..32].copy_from_slice(mint.as_ref());
    data[32..64].copy_from_slice(owner.as_ref());
    data[64..72].copy_from_slice(&amount.to_le_bytes());
    data[108] = 1;
    ChainAccount { owner: program, data }
}

/// A chain in memory. Tests move it by hand.
#[derive(Clone, Default)]
pub struct Chain {
    accounts: Arc<Mutex<HashMap<Pubkey, ChainAccount>>>,
    broken: Arc<Mutex<bool>>,
    reads: Arc<AtomicUsize>,
}

impl Chain {
    pub fn of(call: &CallFixture) -> Self {
        let chain = Self::default();
        chain.set(call);
        chain
    }

    /// Puts the call's accounts on the chain, beside what is there.
    pub fn set(&self, call: &CallFixture) {
        self.accounts.lock().unwrap().extend(call.accounts());
    }

    pub fn change(&self, change: impl FnOnce(&mut HashMap<Pubkey, ChainAccount>)) {
        change(&mut self.accounts.lock().unwrap());
    }

    pub fn break_down(&self) {
        *self.broken.lock().unwrap() = true;
    }

    /// How often it was read.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl ChainReader for Chain {
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if *self.broken.lock().unwrap() {
            return Err(ReadError::new("the node is down"));
        }
        let accounts = self.accounts.lock().unwrap();
        Ok(addresses.iter().map(|address| accounts.get(address).cloned()).collect())
    }
}

/// What a car says to a signed command.
pub fn receipt(car: &SigningKey, command: &[u8], outcome: Outcome) -> Vec<u8> {
    receipt_with(car, command, |receipt| receipt.outcome = outcome)
}

/// The same, with something changed before it is signed.
pub fn receipt_with(car: &SigningKey, command: &[u8], change: impl FnOnce(&mut Receipt)) -> Vec<u8> {
    let envelope = Cosigned::open(command).unwrap();
    assert!(envelope.signers().any(|key| *key == command_key_bytes()), "a car obeys the command key");
    let command = Command::decode(&envelope.payload).unwrap();
    let mut receipt = Receipt {
        program: command.program,
        vehicle: command.vehicle,
        invocation: command.invocation,
        seq: command.seq,
        action: command.action,
        outcome: Outcome::Applied,
        device_time: command.issued_at + 5,
        command_hash: sha256(&envelope.payload),
    };
    change(&mut receipt);
    Envelope::seal(car, &receipt.encode()).to_bytes()
}

fn command_key_bytes() -> Key {
    command_key().verifying_key().to_bytes()
}
