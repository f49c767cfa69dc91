use anchor_lang::prelude::*;

/// The layout version of an account. Reading an account of another version fails, so that no instruction works on a
/// layout it does not know.
#[derive(AnchorSerialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The number: [`Version::CURRENT`] is the only one there is.
    pub number: u8,
}

impl Version {
    /// The layout that this program writes and reads.
    pub const CURRENT: Self = Self { number: 2 };

    /// What an account holds while the instruction runs that creates it: Anchor reads the new bytes, all zero, before the
    /// instruction writes them. No account keeps it.
    const NEW: Self = Self { number: 0 };
}

impl AnchorDeserialize for Version {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let version = Self { number: u8::deserialize_reader(reader)? };
        if version == Self::CURRENT || version == Self::NEW {
            Ok(version)
        } else {
            Err(std::io::Error::from(std::io::ErrorKind::InvalidData))
        }
    }
}
