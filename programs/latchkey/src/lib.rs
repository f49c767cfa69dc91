//! Latchkey: latchkey.
