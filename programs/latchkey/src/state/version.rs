use anchor_lang::prelude::*;

use super::Fixed;

/// The layout version of an account. Reading an account of another version fails, so that no instruction works on a
/// layout it does not know.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The number: [`Version::CURRENT`] is the only one there is.
    pub number: u8,
}

impl Version {
    /// The layout that this program writes and reads.
    pub const CURRENT: Self = Self { number: 2 };
}

impl Fixed for Version {
    const SIZE: usize = 1;
    const ZERO: Self = Self::CURRENT;

    #[inline(always)]
    fn is_valid(bytes: &[u8]) -> bool {
        bytes[0] == Self::CURRENT.number
    }

    #[inline(always)]
    fn load(&mut self, bytes: &[u8]) {
        self.number = bytes[0];
    }

    #[inline(always)]
    fn store(&self, bytes: &mut [u8]) {
        bytes[0] = self.number;
    }
}
