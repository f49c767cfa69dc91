//! What the core is told, and what it asks for.

use anchor_lang::prelude::Pubkey;
use latchkey_client::protocol::sealed::Envelope;

use super::account::{Snapshot, Update};
use super::function_call::{FunctionCall, ReleaseCall};
use super::operation::{Intent, Lane};

/// Something that happened.
pub enum Event {
    /// Every account of the program, as of one slot.
    Snapshot(Snapshot),
    /// Some accounts, as of one slot.
    Update(Update),
    /// The Clock sysvar's time.
    Clock(i64),
    /// It is known how a transaction ended, and the accounts that it touched have been read again since.
    TransactionEnded {
        /// The vehicle that it was about.
        vehicle: Pubkey,
        /// What of it.
        lane: Lane,
        /// How it ended.
        verdict: Verdict,
    },
    /// A call of a car function ended.
    FunctionReplied {
        /// The invocation that was to be fulfilled.
        invocation: Pubkey,
        /// How the call ended.
        reply: FunctionReply,
    },
    /// The call to release the car of a loan ended.
    Released {
        loan: Pubkey,
        /// How the call ended.
        reply: FunctionReply,
    },
    /// The keeper is to stop: it finishes what it has begun, gives its leases back and begins nothing.
    Stop,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It landed and succeeded.
    Succeeded,
    /// It landed and failed, or a simulation refused it.
    Failed,
    /// The keeper's own guard refused to send it.
    NotSent,
    /// It did not land before its blockhash expired.
    Expired,
    /// The nodes did not answer before anything was sent. The ledger paces its calls to a dead node: the core does not.
    Outage,
    /// It was cancelled before it was sent.
    Cancelled,
}

/// How a call of a car function ended.
#[derive(Clone, Debug)]
pub enum FunctionReply {
    /// The car did what was asked and signed this receipt.
    Receipt(Box<Envelope>),
    /// The car has not done it yet, or could not be reached: call again later.
    Retry,
    /// The chain could not be read, which says nothing of the function or the car: call again soon.
    Outage,
    /// The function will not do it under the present lease, or not soon.
    Refused,
}

/// Something for the caller to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Send a transaction, then report [`Event::TransactionEnded`].
    Submit(Box<Intent>),
    /// Drop the vehicle's transaction in this lane if it was not sent yet, and report it with [`Verdict::Cancelled`]. One
    /// that was sent goes on as usual.
    Cancel { vehicle: Pubkey, lane: Lane },
    /// From now on report every change of these car wallets at once (`true`), or no longer (`false`): the rest are read
    /// in batches.
    Watch { wallets: Vec<(Pubkey, bool)> },
    /// Call the function, then report [`Event::FunctionReplied`].
    Invoke(Box<FunctionCall>),
    /// Have a car released whose loan has ended, then report [`Event::Released`].
    Release(Box<ReleaseCall>),
    /// Tell the operator.
    Alarm(Alarm),
}

/// What the operator must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// A lease of this keeper lapsed before the call was done: the bond is lost unless the receipt still comes.
    LeaseLapsed {
        vehicle: Pubkey,
        /// The call's sequence number.
        seq: u64,
        /// Lamports.
        bond: u64,
    },
    /// So many cars were locked within an hour, and one more was to be: no car is locked for now.
    LocksStopped { limit: usize },
    /// No lock is less than an hour old any more: cars are locked again.
    LocksResumed,
}
