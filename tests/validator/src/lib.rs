//! Latchkey: validator.
