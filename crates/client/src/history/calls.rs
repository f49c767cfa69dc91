//! Function calls one by one: who asked for what, which keeper took it, and how it ended.

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use latchkey::events::{InvocationConfirmed, InvocationExpired, InvocationRequested};
use latchkey::state::Action;

use super::{At, Transaction};
use crate::events::Event;

/// A call as far as the transactions tell. What stood in a transaction that is missing is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its address.
    pub invocation: Pubkey,
    /// The car, the loan, the number and what is asked.
    pub of: Option<Asked>,
    /// When it was asked for.
    pub requested: Option<At>,
    /// It cannot be claimed from then on, Unix seconds.
    pub expires_at: Option<i64>,
    /// Leases that keepers took, in order.
    pub claims: Vec<Claim>,
    /// How it ended; none while it is open.
    pub end: Option<End>,
}

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The loan.
    pub loan: Pubkey,
    /// The car; an expiry does not name it.
    pub vehicle: Option<Pubkey>,
    /// Its sequence number.
    pub seq: u64,
    /// What is asked.
    pub action: Action,
    /// The fee it holds, lamports.
    pub fee: u64,
}

/// A lease that a keeper took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Where it stands.
    pub at: At,
    /// Who took it.
    pub keeper: Pubkey,
    /// Its bond, lamports.
    pub bond: u64,
    /// The lease is over then, Unix seconds.
    pub lease_end: i64,
    /// Where it gave the lease back.
    pub yielded: Option<At>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The car's receipt settled it.
    Settled {
        /// Where it stands.
        at: At,
        /// Who was paid.
        keeper: Pubkey,
        /// How much, lamports, the bond aside.
        fee: u64,
        /// The car's clock when it signed, Unix seconds.
        device_time: i64,
        /// SHA-256 of the command that the car obeyed.
        command_hash: [u8; 32],
    },
    /// It was closed without a receipt.
    Expired {
        /// Where it stands.
        at: At,
        /// The fee that went back to the escrow, lamports.
        refunded: u64,
        /// A keeper's bond that went to the escrow, lamports.
        forfeited: u64,
    },
}

impl Call {
    const fn unknown(invocation: Pubkey) -> Self {
        Self { invocation, of: None, requested: None, expires_at: None, claims: Vec::new(), end: None }
    }

    fn request(&mut self, at: At, event: &InvocationRequested) {
        let InvocationRequested { loan, vehicle, seq, action, fee, expires_at, .. } = *event;
        self.of = Some(Asked { loan, vehicle: Some(vehicle), seq, action, fee });
        self.requested = Some(at);
        self.expires_at = Some(expires_at);
    }

    fn settle(&mut self, at: At, event: &InvocationConfirmed) {
        let InvocationConfirmed { loan, vehicle, seq, action, keeper, fee, .. } = *event;
        let InvocationConfirmed { device_time, command_hash, .. } = *event;
        self.of.get_or_insert(Asked { loan, vehicle: Some(vehicle), seq, action, fee });
        self.end = Some(End::Settled { at, keeper, fee, device_time, command_hash });
    }

    fn expire(&mut self, at: At, event: &InvocationExpired) {
        let InvocationExpired { loan, seq, action, refunded, forfeited, .. } = *event;
        self.of.get_or_insert(Asked { loan, vehicle: None, seq, action, fee: refunded });
        self.end = Some(End::Expired { at, refunded, forfeited });
    }
}

/// The calls in `transactions`, which go from the oldest to the newest; in the order in which each first appears.
pub fn calls(transactions: &[Transaction]) -> Vec<Call> {
    let mut calls = Calls::default();
    for transaction in transactions {
        let at = || transaction.at();
        for event in &transaction.events {
            match event {
                Event::InvocationRequested(event) => calls.of(event.invocation).request(at(), event),
                Event::InvocationClaimed(event) => calls.of(event.invocation).claims.push(Claim {
                    at: at(),
                    keeper: event.keeper,
                    bond: event.bond,
                    lease_end: event.lease_end,
                    yielded: None,
                }),
                Event::ClaimYielded(event) => {
                    let claims = calls.of(event.invocation).claims.iter_mut();
                    if let Some(claim) = claims.rev().find(|claim| claim.keeper == event.keeper) {
                        claim.yielded = Some(at());
                    }
                }
                Event::InvocationConfirmed(event) => calls.of(event.invocation).settle(at(), event),
                Event::InvocationExpired(event) => calls.of(event.invocation).expire(at(), event),
                _ => {}
            }
        }
    }
    calls.listed
}

#[derive(Default)]
struct Calls {
    listed: Vec<Call>,
    places: BTreeMap<Pubkey, usize>,
}

impl Calls {
    fn of(&mut self, invocation: Pubkey) -> &mut Call {
        let place = *self.places.entry(invocation).or_insert_with(|| {
            self.listed.push(Call::unknown(invocation));
            self.listed.len() - 1
        });
        &mut self.listed[place]
    }
}

/// A key that a car signed its receipts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceKey {
    /// The car.
    pub vehicle: Pubkey,
    /// The key.
    pub key: Pubkey,
}

/// Keys that cars had by these transactions: proven when a car was registered, and before and after each change.
pub fn device_keys(transactions: &[Transaction]) -> Vec<DeviceKey> {
    let mut keys = Vec::new();
    for event in transactions.iter().flat_map(|transaction| &transaction.events) {
        match event {
            Event::VehicleRegistered(event) => {
                keys.push(DeviceKey { vehicle: event.vehicle, key: event.device_key });
            }
            Event::DeviceKeyRotated(event) => {
                keys.extend([event.before, event.after].map(|key| DeviceKey { vehicle: event.vehicle, key }));
            }
            _ => {}
        }
    }
    keys
}
