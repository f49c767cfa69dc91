//! The command to the car, written from the chain alone.
//!
//! A function remembers nothing, and a keeper asks until the car answers. So the same lease always yields the same
//! bytes: nothing here looks at a clock. A car that has obeyed answers a repeated command with the receipt it stored.
//!
//! When a lease lapses, the next keeper's command differs in `not_after`, so in its hash, but not in its sequence
//! number. A car that obeyed the first answers the second with the stored receipt, which names the first command's
//! hash; the contract settles on it all the same, for it proves that the car did what this invocation asks.

use latchkey::state::Action;
use latchkey_protocol::{Command, MessageTooLong};

use crate::messages::Messages;
use crate::snapshot::Snapshot;

/// Writes the command that fulfils the snapshot's invocation under its present lease. `None` if it is not claimed.
pub fn write(snapshot: &Snapshot, messages: &Messages) -> Option<Result<Vec<u8>, MessageTooLong>> {
    let invocation = &snapshot.invocation;
    let message = messages.to_driver(invocation);
    let command = Command {
        program: latchkey::ID.to_bytes(),
        vehicle: invocation.vehicle.to_bytes(),
        invocation: snapshot.address.to_bytes(),
        seq: invocation.seq,
        action: invocation.action,
        issued_at: invocation.requested_at,
        not_after: not_after(snapshot)?,
        lock_until: if invocation.action == Action::Lock { invocation.lock_until } else { 0 },
        message: &message,
    };
    Some(command.encode_into(&mut [0; Command::MAX_LEN]).map(<[u8]>::to_vec))
}

/// The last second in which both the lease and the invocation stand. `None` if it is not claimed.
pub fn not_after(snapshot: &Snapshot) -> Option<i64> {
    let claim = snapshot.invocation.claim?;
    Some(claim.lease_end.min(snapshot.invocation.expires_at).saturating_sub(1))
}
