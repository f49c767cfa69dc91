//! Latchkey: keeper.
