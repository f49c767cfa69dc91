//! Accounts for tests.

use anchor_lang::AnchorDeserialize;

/// An account of zeros, whatever fields it has.
pub fn blank<T: AnchorDeserialize>() -> T {
    T::deserialize(&mut &[0; 1_024][..]).unwrap()
}
