//! The command to the car, written from the chain alone.
//!
//! A function remembers nothing, and a keeper asks until the car answers. So the same lease, and an unlock as long as it
//! is open, always yield the same bytes: nothing here looks at a clock. A car that has obeyed answers a repeated command with the receipt it stored.
//!
//! Where several functions must sign, all of them write the same bytes: the message is then the standard one, whatever an
//! operator has configured.
//!
//! When a lease lapses, the next keeper's command differs in `not_after`, so in its hash, but not in its sequence
//! number. A car that obeyed the first answers the second with the stored receipt, which names the first command's
//! hash; the contract settles on it all the same, for it proves that the car did what this invocation asks.

use latchkey::state::Action;
use latchkey_protocol::{Command, MessageTooLong};

use crate::messages::Messages;
use crate::snapshot::Snapshot;

/// Writes the command that fulfils the snapshot's invocation. `None` if it needs a lease and is not claimed.
pub fn write(snapshot: &Snapshot, messages: &Messages) -> Option<Result<Vec<u8>, MessageTooLong>> {
    let invocation = &snapshot.invocation;
    // Operators that sign the same bytes cannot each have words of their own.
    let message = match invocation.required {
        ..=1 => messages.to_driver(invocation),
        _ => Messages::default().to_driver(invocation),
    };
    let command = Command {
        program: latchkey::ID.to_bytes(),
        vehicle: invocation.vehicle.to_bytes(),
        invocation: snapshot.address.to_bytes(),
        seq: invocation.seq,
        action: invocation.action,
        issued_at: invocation.requested_at,
        not_after: not_after(snapshot)?,
        lock_until: invocation.lock_until,
        message: &message,
    };
    Some(command.encode_into(&mut [0; Command::MAX_LEN]).map(<[u8]>::to_vec))
}

/// The last second in which the invocation stands, and the lease of a warning or a lock. `None` if it needs one and is not
/// claimed.
pub fn not_after(snapshot: &Snapshot) -> Option<i64> {
    let invocation = &snapshot.invocation;
    let end = match invocation.action {
        Action::Unlock => invocation.expires_at,
        Action::Warn | Action::Lock => invocation.claim()?.lease_end.min(invocation.expires_at),
    };
    Some(end.saturating_sub(1))
}
