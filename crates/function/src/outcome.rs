//! The result of a request.

use anchor_lang::prelude::Pubkey;
use latchkey::errors::LatchkeyError;
use latchkey_protocol::code::Code;
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::{Envelope, OpenError};
use latchkey_protocol::{DecodeError, MessageTooLong, Receipt};

use crate::chain::ReadError;
use crate::signer::SignError;

/// The result of a request.
#[derive(Debug)]
pub enum Outcome {
    /// The car did it and signed for it: settle with the proof.
    Done(Proof),
    /// The car has not done it yet. Nothing is lost: ask again for the same invocation.
    Waiting(Waiting),
    /// Signed and not sent: an unlock that is due, which can be carried to the car, or a command that others must sign too.
    Signed(SignedCommand),
    /// The loan has ended, and the release of its car is signed.
    SignedRelease(Cosigned),
    /// The car obeys unlocks alone from now on: its receipt of that.
    Released(Box<Envelope>),
    Refused(Refusal),
}

/// A signed command. An unlock is the same until it is over, so it may be kept and shown to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCommand {
    /// As it travels to the car, with the signatures that are there so far.
    pub envelope: Cosigned,
    /// The last second in which the car obeys it.
    pub not_after: i64,
    /// The same unlock for a driver to type, if the function has a code key.
    pub code: Option<Code>,
}

/// A car's signed receipt for what was asked; the contract settles on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the car signed. Its command hash is that of the command the car obeyed, which may have been signed for an
    /// earlier keeper.
    pub receipt: Receipt,
    /// The same as bytes, with the device's key and signature, for the ed25519 program to verify.
    pub envelope: Envelope,
}

/// How far a command got that the car has not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The car has the command and will obey when it is parked. If `false`, the car has not answered.
    pub armed: bool,
}

/// What a refusal means for the keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The same request will not be granted under this lease: give the lease back. An unlock has no lease: ask again much
    /// later.
    Permanent,
    /// It may be granted later: ask again, with growing pauses and a freshly signed request.
    Retry,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the request is not a signed message: sign an Invoke with the keeper's key")]
    BadEnvelope(#[source] OpenError),
    #[error("the request is not an Invoke: sign one as the protocol lays it out")]
    BadRequest(#[source] DecodeError),
    #[error("the request names keeper {keeper} but {signer} signed it: sign it with the keeper's key")]
    NotTheKeeper { keeper: Pubkey, signer: Pubkey },
    /// For another deployment of the contract.
    #[error("the request is for program {0}, this function serves {program}: ask a function of that program", program = latchkey::ID)]
    OtherProgram(Pubkey),
    /// Too old, or from the future.
    #[error("the request was signed at {issued_at} and the chain's clock says {now}: sign a new one")]
    Stale { issued_at: i64, now: i64 },

    #[error("the chain could not be read: ask again")]
    ChainUnreadable(#[source] ReadError),
    /// The chain did not answer within the caller's limit.
    #[error("the chain did not answer in time: ask again, or allow more time")]
    ChainSlow,
    #[error("the function's node has not reached slot {0}, which the asker has seen: ask again in a moment")]
    NodeBehind(u64),
    /// A node that does not lag knows no such invocation.
    #[error("there is no invocation at {0} any more: it is settled or was closed")]
    Closed(Pubkey),
    #[error(
        "there is no {what} at {address}: it is settled or expired, or the node lags behind: read the chain again"
    )]
    Missing { what: &'static str, address: Pubkey },
    #[error("{address} is not the {what} of this invocation: pass an invocation of this program")]
    Foreign { what: &'static str, address: Pubkey },

    /// Asked without a signature for something that is no unlock.
    #[error("only an unlock is signed for anybody: a warning or a lock is its keeper's, who signs an Invoke")]
    OnlyUnlocks,
    /// It is not claimed, as far as this node knows.
    #[error("this invocation is not claimed: claim it, and ask when the claim is confirmed")]
    Unclaimed,
    #[error("{0} holds the lease on this invocation: leave it to that keeper")]
    ClaimedByAnother(Pubkey),
    #[error("the lease ended at {lease_end} and the chain's clock says {now}: the claim is lost")]
    LeaseOver { lease_end: i64, now: i64 },
    #[error(
        "the invocation expired at {expires_at} and the chain's clock says {now}: expire it, and request again"
    )]
    Expired { expires_at: i64, now: i64 },
    #[error("request {newest} supersedes request {seq}: work on that one")]
    Superseded {
        seq: u64,
        /// The newest request of the vehicle.
        newest: u64,
    },
    /// The contract would not ask for this now.
    #[error("the contract would not ask for this now, give the lease back: {0}")]
    NotDue(LatchkeyError),

    /// Its car still secures it.
    #[error("this loan is not paid off or settled: the car is released when it is")]
    NotEnded,
    /// Several keys must sign, and this function has not enough of them.
    #[error(
        "this call needs {required} signatures and would have {signed}: have the other functions sign it first, and send what they signed with the call"
    )]
    NeedsSeveral { required: u8, signed: usize },
    /// Somebody wants a command in hand that one signature makes good.
    #[error(
        "a warning or a lock that one key signs is sent to the car and not handed out: ask for its delivery"
    )]
    SignsAlone,
    /// Others signed other bytes than those that follow from the chain.
    #[error(
        "the gathered signatures are over another command than the one that follows from the chain: gather them again"
    )]
    OtherCommand,
    /// It holds none of the keys that may sign.
    #[error(
        "this function holds none of the command keys that may sign this ({}): add a key file, or use a function that holds one",
        .0.join(", ")
    )]
    UnknownCommandKeys(Vec<String>),
    #[error(
        "the command could not be signed: ask again; if it lasts, the function's operator must look at its signer"
    )]
    NotSigned(#[source] SignError),
    #[error("the command was not signed in time: ask again, or allow more time")]
    SignerSlow,
    #[error("the message to the driver does not fit a command: shorten its template")]
    Message(#[source] MessageTooLong),

    #[error("the broker could not be reached, so no command was sent: check the connection, then ask again")]
    NotSent,
    #[error("the courier has stopped: start it again")]
    CourierGone,
    #[error(
        "the car says the command expired: give the lease back; if it happens again, check the car's clock"
    )]
    CarSaysExpired,
    #[error("the car has obeyed a newer command: give the lease back")]
    CarSaysSuperseded,
    #[error("the car says it would not be safe now: ask again later")]
    CarSaysUnsafe,
    #[error("the car has no time that it can trust: ask again when it has had network time since it started")]
    CarSaysNoTime,
    #[error("the car needs service, and until then it obeys unlocks alone: have it looked at")]
    CarSaysService,
    #[error(
        "the car refuses a lock without an end or with one more than 45 days ahead: shorten lock_ttl_secs"
    )]
    CarSaysTooLong,
}

impl Refusal {
    /// Whether the chain could not be read, or not as of a recent slot.
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::ChainUnreadable(_) | Self::ChainSlow | Self::NodeBehind(_))
    }

    /// What the refusal means for the keeper.
    pub const fn class(&self) -> Class {
        match self {
            Self::Stale { .. }
            | Self::ChainUnreadable(_)
            | Self::ChainSlow
            | Self::NodeBehind(_)
            | Self::Missing { .. }
            | Self::Unclaimed
            | Self::NotSigned(_)
            | Self::SignerSlow
            | Self::NotSent
            | Self::CourierGone
            | Self::CarSaysUnsafe
            | Self::CarSaysNoTime => Class::Retry,
            Self::BadEnvelope(_)
            | Self::BadRequest(_)
            | Self::NotTheKeeper { .. }
            | Self::OtherProgram(_)
            | Self::Foreign { .. }
            | Self::Closed(_)
            | Self::OnlyUnlocks
            | Self::ClaimedByAnother(_)
            | Self::LeaseOver { .. }
            | Self::Expired { .. }
            | Self::Superseded { .. }
            | Self::NotDue(_)
            | Self::NotEnded
            | Self::NeedsSeveral { .. }
            | Self::SignsAlone
            | Self::OtherCommand
            | Self::UnknownCommandKeys(_)
            | Self::Message(_)
            | Self::CarSaysExpired
            | Self::CarSaysSuperseded
            | Self::CarSaysService
            | Self::CarSaysTooLong => Class::Permanent,
        }
    }
}
