//! Latchkey: function.
