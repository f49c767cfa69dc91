//! The whole path on a real validator.

mod forged;
mod interrupted;
mod killed;
mod leaders;
mod offline;
mod operated;
mod page;
mod path;
mod secrets;
mod served;
mod serviced;
mod several;
mod sold;
mod terminal;
mod typing;
mod unlocked_alone;
