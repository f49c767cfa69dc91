//! Latchkey: protocol.
