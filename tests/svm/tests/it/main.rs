//! Every rule of the program, obeyed once and broken once, on the program's real bytes.

mod amend;
mod assign;
mod authority;
mod borrower_key;
mod charge_off;
mod claim;
mod close;
mod collect;
mod confirm;
mod default;
mod distrust;
mod doors;
mod emergency;
mod escrow;
mod expire;
mod extend;
mod field;
mod history;
mod hold;
mod keepers;
mod lender;
mod lock;
mod look;
mod mint;
mod money;
mod notice;
mod originate;
mod page;
mod page_changes;
mod page_terms;
mod pause;
mod payoff;
mod policy;
mod proof;
mod rent;
mod retire;
mod rotate;
mod schedule;
mod settle;
mod stay;
mod stray;
mod surplus;
mod unlock;
mod vehicle;
mod waive;
mod warn;
mod yield_claim;

/// The only event of a transaction, which is of this kind.
macro_rules! only_event {
    ($done:expr, $kind:ident) => {{
        let mut events = $done.events.into_iter();
        match (events.next(), events.next()) {
            (Some(latchkey_client::events::Event::$kind(event)), None) => event,
            _ => panic!("the transaction must emit {} and nothing else", stringify!($kind)),
        }
    }};
}
pub(crate) use only_event;

/// The only event of this kind in a transaction.
macro_rules! event {
    ($done:expr, $kind:ident) => {{
        let mut events = $done.events.into_iter().filter_map(|event| match event {
            latchkey_client::events::Event::$kind(event) => Some(event),
            _ => None,
        });
        let first =
            events.next().unwrap_or_else(|| panic!("the transaction must emit {}", stringify!($kind)));
        assert!(events.next().is_none(), "{} is emitted twice", stringify!($kind));
        first
    }};
}
pub(crate) use event;
