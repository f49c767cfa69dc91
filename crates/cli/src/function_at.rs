//! The unlock function at the https address that a loan pins: asked for the unlock, whoever runs it.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Action;
use latchkey_client::protocol::code::Code;
use latchkey_client::protocol::sealed::{Envelope, OpenError};
use latchkey_function::answer::{Answer, Awaited, Ignored, judge};
use latchkey_function::http::client::{Try, ask};
use latchkey_function::http::event::Wish;
use latchkey_function::http::reply::Meaning;
use latchkey_function::invoke;
use latchkey_link::http::{CallError, Guard, HostError, Hosts, Outbound, OutboundError};
use tokio::time::{Instant, sleep};

use crate::chain::{ChainError, Cluster, LoanAccounts};

/// How long one try lets the function wait for the car.
const WAIT: Duration = Duration::from_secs(20);
/// Pause before the next try, if the function does not say.
const PAUSE: Duration = Duration::from_secs(2);
/// Pauses between tries, whatever the function says.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Why an unlock function brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error(transparent)]
    Address(#[from] HostError),
    #[error(transparent)]
    Client(#[from] OutboundError),
    #[error("the unlock function was not reached: try again, or have a keeper do it")]
    Unreachable(#[source] CallError),
    #[error("the unlock function refused ({0}): its operator is the lender; a keeper may use another")]
    Refused(String),
    #[error("what answers at the unlock function's address is no function: {0}")]
    NotAFunction(&'static str),
    #[error("the unlock function answered with something else than this car's receipt")]
    NotTheReceipt(#[source] Ignored),
    #[error("the unlock function answered with something that is not signed")]
    NotSigned(#[source] OpenError),
    #[error("the unlock function says that the car did not do it")]
    NotDone,
    #[error(
        "the car has not answered within {0:?}: the unlock stays asked for; run this again, or carry the command to the car"
    )]
    NoAnswer(Duration),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// What the function gave.
pub enum Given {
    /// It had the car unlocked: the car's receipt.
    Receipt(Envelope),
    /// It signed the unlock, for somebody for whom it does not deliver. Its code may be there too.
    Unlock { signed: Envelope, code: Option<Code> },
}

/// The function at an address.
pub struct FunctionAt<'a> {
    outbound: Outbound,
    uri: &'a str,
}

impl<'a> FunctionAt<'a> {
    /// The function at `uri`, which is on this machine, at `local`, if that is given.
    pub fn new(uri: &'a str, local: Option<&str>) -> Result<Self, AskError> {
        let mut hosts = Hosts::any();
        if let Some(local) = local {
            let host = uri.split('/').nth(2).unwrap_or_default();
            hosts = hosts.on_this_machine(host, local)?;
        }
        Ok(Self { outbound: Outbound::with(hosts, Guard::public(), None)?, uri })
    }

    /// Asks for the unlock in the name of `asker`, again and again until the car has done it or `patience` ends.
    pub async fn unlock(
        &self,
        cluster: &Cluster,
        accounts: &LoanAccounts,
        invocation: (Pubkey, u64),
        asker: &SigningKey,
        patience: Duration,
    ) -> Result<Given, AskError> {
        let (address, seq) = invocation;
        let deadline = Instant::now() + patience;
        loop {
            let request = invoke(asker, address, cluster.now().await?);
            let left = deadline.saturating_duration_since(Instant::now());
            let once = Try {
                request: &request,
                asker: Pubkey::from(asker.verifying_key().to_bytes()),
                invocation: address,
                wish: Wish::Deliver,
                gathered: None,
                seen_slot: None,
                wait: WAIT.min(left),
                limit: WAIT.min(left) + Duration::from_secs(5),
            };
            let (pause, failure) = match ask(&self.outbound, self.uri, once).await {
                Ok(Meaning::Receipt(bytes)) => return receipt(accounts, address, seq, &bytes),
                Ok(Meaning::Signed { envelope, code }) => {
                    let signed = Envelope::open(&envelope).map_err(AskError::NotSigned)?;
                    return Ok(Given::Unlock { signed, code });
                }
                Ok(Meaning::Waiting(after)) => (after, AskError::NoAnswer(patience)),
                Ok(Meaning::Later { retry_after, reason }) => (retry_after, AskError::Refused(reason)),
                Ok(Meaning::Refused { reason }) => return Err(AskError::Refused(reason)),
                Ok(Meaning::Nonsense(what)) => return Err(AskError::NotAFunction(what)),
                Err(error @ CallError::Address(_)) => return Err(AskError::Unreachable(error)),
                Err(error) => (None, AskError::Unreachable(error)),
            };
            let pause = pause.unwrap_or(PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            if Instant::now() + pause >= deadline {
                return Err(failure);
            }
            sleep(pause).await;
        }
    }
}

/// The receipt, if it is this car's for this unlock: a function may be wrong, and a wrong receipt costs a fee.
fn receipt(accounts: &LoanAccounts, address: Pubkey, seq: u64, bytes: &[u8]) -> Result<Given, AskError> {
    let awaited = Awaited {
        device_key: accounts.vehicle.device_key.to_bytes(),
        vehicle: accounts.keys.vehicle.to_bytes(),
        invocation: address.to_bytes(),
        seq,
        action: Action::Unlock,
        command_hash: [0; 32],
    };
    match judge(&awaited, bytes).map_err(AskError::NotTheReceipt)? {
        Answer::Applied(proof) => Ok(Given::Receipt(proof.envelope)),
        Answer::Armed | Answer::Refused(_) => Err(AskError::NotDone),
    }
}
