//! What reached a lender: the payments that left car wallets for its treasury.

use anchor_lang::prelude::Pubkey;

use super::{At, Parts, Transaction};
use crate::events::Event;

/// Money that one loan sent to the lender in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Where it stands.
    pub at: At,
    /// Which loan.
    pub loan: Pubkey,
    /// How much, base units.
    pub amount: u64,
    /// What was taken in the same transaction. What was taken in an earlier one and sent now is in the amount alone.
    pub taken: Parts,
}

/// What was sent to `treasury` in `transactions`, in their order.
pub fn sent(treasury: &Pubkey, transactions: &[Transaction]) -> Vec<Sent> {
    transactions.iter().flat_map(|transaction| sent_in(treasury, transaction)).collect()
}

fn sent_in<'a>(treasury: &'a Pubkey, transaction: &'a Transaction) -> impl Iterator<Item = Sent> + 'a {
    transaction.events.iter().filter_map(move |event| match event {
        Event::PaymentSent(event) if event.treasury == *treasury && event.amount > 0 => Some(Sent {
            at: transaction.at(),
            loan: event.loan,
            amount: event.amount,
            taken: taken(&event.loan, &transaction.events),
        }),
        _ => None,
    })
}

fn taken(loan: &Pubkey, events: &[Event]) -> Parts {
    let mut parts = Parts::default();
    for event in events {
        if let Event::PaymentApplied(event) = event
            && event.loan == *loan
        {
            parts.fees = parts.fees.saturating_add(event.fees);
            parts.interest = parts.interest.saturating_add(event.interest);
            parts.principal = parts.principal.saturating_add(event.principal);
        }
    }
    parts
}
