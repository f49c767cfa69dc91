//! Latchkey: client.
