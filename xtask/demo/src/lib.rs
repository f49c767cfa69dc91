//! Latchkey: demo.
