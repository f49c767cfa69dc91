//! What a loan owes, from the specification alone.
//!
//! It has its own types and shares nothing with the program: whole amounts are `i128`, which no sum of `u64` can leave.
//! Interest is not carried forward from look to look. The [`Balances`] remember every principal that was ever owed and
//! since when, and interest is the exact area under them, whoever looks. A look ([`Books::advance`]) replays the events
//! since the last one.

mod advance;
mod balances;
mod books;
mod calendar;
mod habits;
mod payments;
mod standing;

pub use advance::{Event, MOST_MOMENTS};
pub use balances::{Balances, Exact, PARTS};
pub use books::{Books, Phase, Plan};
pub use calendar::Calendar;
pub use habits::Habits;
pub use payments::Refused;
pub use standing::Standing;
