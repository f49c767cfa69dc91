//! The contract a second time, written from its specification alone, to hold the program against.
//!
//! [`arithmetic`] is the money: schedule, interest, late fees, payments, in exact rationals. [`mod@reference`] is
//! everything else: a small machine that says what each instruction does and whether it may. [`play`] lets a
//! [`Sequence`](play::Sequence) of [`step`]s happen on both the program's real bytes and the machine, and looks after
//! each whether they agree, whether the invariants hold, and whether a failed transaction changed anything.

pub mod arithmetic;
pub mod cast;
mod invariants;
pub mod play;
pub mod reference;
mod stage;
pub mod step;
