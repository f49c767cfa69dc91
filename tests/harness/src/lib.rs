//! Latchkey: harness.
