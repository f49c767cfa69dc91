//! Decoding the program's events from transaction logs.

use anchor_lang::Discriminator;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use borsh::BorshDeserialize as _;
use latchkey::events as on_chain;

macro_rules! events {
    ($($name:ident),+ $(,)?) => {
        /// Any event of the program.
        #[allow(missing_docs, reason = "each is documented where the program defines it")]
        pub enum Event {
            $($name(on_chain::$name)),+
        }

        fn decode(data: &[u8]) -> Option<Event> {
            let (kind, mut fields) = data.split_at_checked(8)?;
            $(if kind == on_chain::$name::DISCRIMINATOR {
                return on_chain::$name::deserialize(&mut fields).ok().map(Event::$name);
            })+
            None
        }
    };
}

events! {
    LenderInitialised, PolicySet, AuthorityNominated, AuthorityAccepted, ServicerSet, KeepersSet, PauseSet,
    FunctionSet, VehicleRegistered, DeviceKeyRotated, DeviceDistrusted, VehicleRetired, LoanOriginated,
    EscrowFunded, EscrowWithdrawn, PaymentApplied, PaymentSent, DefaultDeclared, NoticeServed, HoldPlaced,
    HoldLifted, StayPlaced, LoanExtended, LoanAmended, LoanSettled, LoanAssigned, BorrowerRotated,
    RecoveryProposed, BorrowerRecovered, RecoveryRefused, FeesWaived, EmergencyStarted, LoanChargedOff,
    SurplusWithdrawn, LoanClosed, InvocationRequested, InvocationClaimed, InvocationConfirmed, ClaimYielded,
    InvocationExpired,
}

/// The events in a transaction's logs, in order. Data logged by other programs is passed over.
pub fn from_logs<'a>(logs: impl IntoIterator<Item = &'a str>) -> Vec<Event> {
    let program = latchkey::ID.to_string();
    let mut stack: Vec<bool> = Vec::new();
    let mut events = Vec::new();
    for line in logs {
        if let Some(data) = line.strip_prefix("Program data: ") {
            if stack.last() == Some(&true) {
                events.extend(STANDARD.decode(data.trim()).ok().and_then(|data| decode(&data)));
            }
        } else if let Some(rest) = line.strip_prefix("Program ") {
            let mut words = rest.split(' ');
            let (id, verb) = (words.next(), words.next());
            match verb {
                Some("invoke") => stack.push(id == Some(program.as_str())),
                Some("success" | "failed:") => {
                    stack.pop();
                }
                _ => {}
            }
        }
    }
    events
}
