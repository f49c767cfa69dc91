//! Reading and writing accounts. The bytes are Borsh's, and a client may read them as such; the program does not, because
//! Borsh takes some fifty instructions a field. Here every offset is a constant, and a field is a load and a store.
//!
//! `#[derive(Fixed)]` and `#[derive(Record)]` write the implementations from a struct's fields, so that its layout and this
//! code are one list. `against_borsh.rs` holds the bytes against Borsh's.

use std::io::Write;

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;
use latchkey_protocol::Action;

use super::Service;
use crate::errors::of_anchor;

/// A value whose bytes have one length. Every method takes as many as [`Fixed::SIZE`] says.
pub(crate) trait Fixed: Sized {
    /// How many bytes.
    const SIZE: usize;
    /// Something to load into.
    const ZERO: Self;

    /// Whether the bytes are those of a value.
    fn is_valid(bytes: &[u8]) -> bool;

    /// Becomes what the bytes say, which are valid.
    fn load(&mut self, bytes: &[u8]);

    /// Writes the bytes.
    fn store(&self, bytes: &mut [u8]);
}

/// What stands behind the fixed part of an account: its length, then as many elements.
pub(crate) trait Tail: Sized {
    /// Nothing.
    const EMPTY: Self;

    /// Takes a value from the start of `bytes`.
    fn read(bytes: &mut &[u8]) -> Option<Self>;

    /// Writes the value.
    fn write<W: Write>(&self, writer: &mut W) -> Result<()>;
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Fixed for $integer {
            const SIZE: usize = size_of::<Self>();
            const ZERO: Self = 0;

            #[inline(always)]
            fn is_valid(_: &[u8]) -> bool {
                true
            }

            #[inline(always)]
            fn load(&mut self, bytes: &[u8]) {
                let mut own = [0; size_of::<Self>()];
                own.copy_from_slice(bytes);
                *self = Self::from_le_bytes(own);
            }

            #[inline(always)]
            fn store(&self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, i32, i64);

impl Fixed for bool {
    const SIZE: usize = 1;
    const ZERO: Self = false;

    #[inline(always)]
    fn is_valid(bytes: &[u8]) -> bool {
        bytes[0] < 2
    }

    #[inline(always)]
    fn load(&mut self, bytes: &[u8]) {
        *self = bytes[0] != 0;
    }

    #[inline(always)]
    fn store(&self, bytes: &mut [u8]) {
        bytes[0] = u8::from(*self);
    }
}

impl Fixed for [u8; 32] {
    const SIZE: usize = 32;
    const ZERO: Self = [0; 32];

    #[inline(always)]
    fn is_valid(_: &[u8]) -> bool {
        true
    }

    #[inline(always)]
    fn load(&mut self, bytes: &[u8]) {
        self.copy_from_slice(bytes);
    }

    #[inline(always)]
    fn store(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(self);
    }
}

impl Fixed for Pubkey {
    const SIZE: usize = 32;
    const ZERO: Self = Pubkey::new_from_array([0; 32]);

    #[inline(always)]
    fn is_valid(_: &[u8]) -> bool {
        true
    }

    #[inline(always)]
    fn load(&mut self, bytes: &[u8]) {
        self.as_mut().copy_from_slice(bytes);
    }

    #[inline(always)]
    fn store(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(self.as_ref());
    }
}

macro_rules! arrays {
    ($($element:ty),*) => {$(
        impl<const N: usize> Fixed for [$element; N] {
            const SIZE: usize = N * <$element>::SIZE;
            const ZERO: Self = [<$element>::ZERO; N];

            #[inline(always)]
            fn is_valid(bytes: &[u8]) -> bool {
                bytes.chunks_exact(<$element>::SIZE).all(<$element>::is_valid)
            }

            #[inline(always)]
            fn load(&mut self, bytes: &[u8]) {
                for (element, bytes) in self.iter_mut().zip(bytes.chunks_exact(<$element>::SIZE)) {
                    element.load(bytes);
                }
            }

            #[inline(always)]
            fn store(&self, bytes: &mut [u8]) {
                for (element, bytes) in self.iter().zip(bytes.chunks_exact_mut(<$element>::SIZE)) {
                    element.store(bytes);
                }
            }
        }
    )*};
}

arrays!(Pubkey, Service);

/// In accounts an action is its position, as in Borsh, and not its byte.
impl Fixed for Action {
    const SIZE: usize = 1;
    const ZERO: Self = Self::Warn;

    #[inline(always)]
    fn is_valid(bytes: &[u8]) -> bool {
        bytes[0] < 3
    }

    #[inline(always)]
    fn load(&mut self, bytes: &[u8]) {
        *self = match bytes[0] {
            1 => Self::Lock,
            2 => Self::Unlock,
            _ => Self::Warn,
        };
    }

    #[inline(always)]
    fn store(&self, bytes: &mut [u8]) {
        bytes[0] = match self {
            Self::Warn => 0,
            Self::Lock => 1,
            Self::Unlock => 2,
        };
    }
}

impl Tail for String {
    const EMPTY: Self = Self::new();

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(elements(bytes, 1)?).ok()?;
        Some(text.to_owned())
    }

    fn write<W: Write>(&self, writer: &mut W) -> Result<()> {
        write_length(writer, self.len())?;
        write(writer, self.as_bytes())
    }
}

impl Tail for Vec<Pubkey> {
    const EMPTY: Self = Self::new();

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let keys = elements(bytes, Pubkey::SIZE)?.chunks_exact(Pubkey::SIZE);
        keys.map(|key| Pubkey::try_from(key).ok()).collect()
    }

    fn write<W: Write>(&self, writer: &mut W) -> Result<()> {
        write_length(writer, self.len())?;
        self.iter().try_for_each(|key| write(writer, key.as_ref()))
    }
}

/// Splits a length and the bytes of as many elements off the start of `bytes`.
fn elements<'a>(bytes: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?.checked_mul(size)?;
    let (elements, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(elements)
}

fn write_length<W: Write>(writer: &mut W, length: usize) -> Result<()> {
    let length = u32::try_from(length).map_err(|_| of_anchor(ErrorCode::AccountDidNotSerialize))?;
    write(writer, &length.to_le_bytes())
}

/// Writes `bytes`, nothing if there are none.
pub(crate) fn write<W: Write>(writer: &mut W, bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    writer.write_all(bytes).map_err(|_| of_anchor(ErrorCode::AccountDidNotSerialize))
}

/// Refuses bytes that do not begin with the discriminator of `T`.
#[inline(always)]
pub(crate) fn check_discriminator<T: Discriminator>(bytes: &[u8]) -> Result<()> {
    match bytes.get(..T::DISCRIMINATOR.len()) {
        Some(discriminator) if discriminator == T::DISCRIMINATOR => Ok(()),
        Some(_) => Err(of_anchor(ErrorCode::AccountDiscriminatorMismatch)),
        None => Err(of_anchor(ErrorCode::AccountDiscriminatorNotFound)),
    }
}

/// The first `N` bytes of an account, and what stands behind.
#[inline(always)]
pub(crate) fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8])> {
    bytes.split_first_chunk().ok_or_else(malformed)
}

/// What an account is that is too short, or says what no value of its kind says.
pub(crate) fn malformed() -> Error {
    of_anchor(ErrorCode::AccountDidNotDeserialize)
}
