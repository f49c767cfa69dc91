//! Every rule on the program's first path, obeyed once and broken once, on the program's real bytes.

mod claim;
mod close;
mod collect;
mod compute;
mod confirm;
mod default;
mod expire;
mod lender;
mod life;
mod lock;
mod mint;
mod money;
mod notice;
mod originate;
mod payoff;
mod proof;
mod schedule;
mod unlock;
mod vehicle;
mod warn;
mod yield_claim;

/// The only event of a transaction, which is of this kind.
macro_rules! only_event {
    ($done:expr, $kind:ident) => {{
        let mut events = $done.events.into_iter();
        match (events.next(), events.next()) {
            (Some(latchkey_client::events::Event::$kind(event)), None) => event,
            _ => panic!("the transaction tells {} and nothing else", stringify!($kind)),
        }
    }};
}
pub(crate) use only_event;
