//! What the journal proves.

use anyhow::{Context, Result, ensure};
use latchkey_client::{
    Pubkey,
    events::Event,
    latchkey::events::{InvocationConfirmed, PaymentKind},
};
use solana_sdk::signature::Signature;

use super::{
    journal::Entry,
    milestone::{Payment, Settlement},
};

/// What `read` makes of the first event that it accepts, given the event and its transaction.
pub(super) fn first<T>(entries: &[Entry], read: impl Fn(&Event, String) -> Option<T>) -> Option<T> {
    entries.iter().find_map(|entry| read(&entry.event, entry.landed.signature.to_string()))
}

/// The receipt that settled a call, held against the car's key.
pub(super) fn settlement(
    event: &InvocationConfirmed,
    entry: &Entry,
    device_key: &Pubkey,
) -> Result<Settlement> {
    let (envelope, receipt) = entry.landed.receipt().context("a call was settled without a receipt")?;
    ensure!(
        envelope.signer == device_key.to_bytes() && receipt.invocation == event.invocation.to_bytes(),
        "a call was settled by a receipt that is not the car's for it"
    );
    Ok(Settlement {
        signature: Signature::from(envelope.signature).to_string(),
        fee_lamports: event.fee,
        keeper: event.keeper,
        seq: event.seq,
        device_time: receipt.device_time,
        transaction: entry.landed.signature.to_string(),
    })
}

/// Payments of a kind that moved anything.
pub(super) fn payments(entries: &[Entry], kind: PaymentKind) -> Vec<Payment> {
    let payment = |entry: &Entry| match &entry.event {
        Event::PaymentApplied(event) if event.kind == kind && event.principal + event.interest > 0 => {
            Some(Payment {
                to_principal: event.principal,
                to_interest: event.interest,
                to_fees: event.fees,
                transaction: entry.landed.signature.to_string(),
            })
        }
        _ => None,
    };
    entries.iter().filter_map(payment).collect()
}

/// Paid toward the schedule so far.
pub(super) fn paid(entries: &[Entry]) -> u64 {
    let paid = |entry: &Entry| match &entry.event {
        Event::PaymentApplied(event) => event.principal + event.interest,
        _ => 0,
    };
    entries.iter().map(paid).sum()
}
