//! Whether what came back is the car's receipt for this call. Pure. A function may be wrong or lie: only what the car
//! signed is brought to the chain.

use latchkey_client::protocol::sealed::Envelope;
use latchkey_function::answer::{Answer, Awaited, judge};

use crate::core::FunctionCall;

/// The car's receipt, if these bytes are one and say that the car did what this call asks.
pub(super) fn verified(call: &FunctionCall, bytes: &[u8]) -> Option<Box<Envelope>> {
    let awaited = Awaited {
        device_key: call.device_key.to_bytes(),
        vehicle: call.vehicle.to_bytes(),
        invocation: call.invocation.to_bytes(),
        seq: call.seq,
        action: call.action,
        // Only a refusal is told from another by it, and a refusal proves nothing on chain.
        command_hash: [0; 32],
    };
    match judge(&awaited, bytes) {
        Ok(Answer::Applied(proof)) => Some(Box::new(proof.envelope)),
        Ok(Answer::Armed | Answer::Refused(_)) | Err(_) => None,
    }
}
