//! Every rule of the program, obeyed once and broken once, on the program's real bytes.

mod doors;

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
