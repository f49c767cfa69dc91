//! Latchkey: device.
