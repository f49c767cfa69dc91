//! The accounts of this program that a handler creates, reads or writes itself, instead of Anchor.

use anchor_lang::prelude::*;

#[cfg(target_os = "solana")]
use solana_define_syscall::definitions::sol_curve_validate_point;

use crate::errors::of_anchor;
use crate::{proof, system};

/// Seeds of an address, its bump included.
const MAX_SEEDS: usize = 4;

/// What stands behind the seeds and the program in the bytes that give a program-derived address.
const MARKER: &[u8] = b"ProgramDerivedAddress";

/// Creates `account` with `space` bytes at the address that `seeds` give, and returns its bump: the highest one, so that
/// there is one address for the seeds.
#[inline(never)]
pub fn create<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    space: usize,
    seeds: &[&[u8]],
) -> Result<u8> {
    let bump = bump_of(account.key, seeds)?;
    let bump_seed = [bump];
    let mut signer: [&[u8]; MAX_SEEDS] = [&[]; MAX_SEEDS];
    signer[..seeds.len()].copy_from_slice(seeds);
    signer[seeds.len()] = &bump_seed;
    system::create(payer, account, space, &signer[..=seeds.len()])?;
    Ok(bump)
}

/// The bump of an address that `seeds` give, if it is the highest one. Each try takes a hash and a look at the curve, a
/// quarter of what the runtime's own call for it takes.
fn bump_of(address: &Pubkey, seeds: &[&[u8]]) -> Result<u8> {
    let mut bytes = seeds.concat();
    let place = bytes.len();
    bytes.extend_from_slice(&[&[0], crate::ID.as_ref(), MARKER].concat());
    for bump in (0..=u8::MAX).rev() {
        bytes[place] = bump;
        let candidate = proof::sha256(&bytes);
        if candidate == address.to_bytes() {
            return Ok(bump);
        }
        if !is_on_curve(&candidate) {
            break;
        }
    }
    Err(of_anchor(ErrorCode::ConstraintSeeds))
}

/// Reads an account that Anchor must not write back.
pub fn read<T: AccountDeserialize>(account: &AccountInfo) -> Result<Box<T>> {
    check_owner(account)?;
    T::try_deserialize(&mut &account.try_borrow_data()?[..]).map(Box::new)
}

/// Whether these bytes are a point of the curve, so that there may be a key for them.
#[cfg(target_os = "solana")]
fn is_on_curve(point: &[u8; 32]) -> bool {
    /// The runtime's number of the curve of ed25519 keys.
    const EDWARDS: u64 = 0;
    let mut unused = 0;
    // Safety: the call reads 32 bytes, and writes one at most.
    unsafe { sol_curve_validate_point(EDWARDS, point.as_ptr(), &mut unused) == 0 }
}

#[cfg(not(target_os = "solana"))]
fn is_on_curve(point: &[u8; 32]) -> bool {
    Pubkey::new_from_array(*point).is_on_curve()
}

/// Refuses an account of another program.
pub fn check_owner(account: &AccountInfo) -> Result<()> {
    if *account.owner == crate::ID { Ok(()) } else { Err(of_anchor(ErrorCode::AccountOwnedByWrongProgram)) }
}

/// Writes an account that Anchor does not write.
pub fn write<T: AccountSerialize>(record: &T, account: &AccountInfo) -> Result<()> {
    record.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bump_is_the_one_that_the_runtime_finds() {
        for seed in 0..200_u64 {
            let seed = seed.to_le_bytes();
            let seeds: [&[u8]; 2] = [b"vehicle", &seed];
            let (address, bump) = Pubkey::find_program_address(&seeds, &crate::ID);
            assert_eq!(bump_of(&address, &seeds).unwrap(), bump);
        }
    }

    #[test]
    fn no_other_address_of_the_same_seeds_has_a_bump() {
        let seeds: [&[u8]; 2] = [b"vehicle", &[7; 32]];
        let (address, bump) = Pubkey::find_program_address(&seeds, &crate::ID);
        let others = (0..bump).filter_map(|bump| {
            Pubkey::create_program_address(&[seeds[0], seeds[1], &[bump]], &crate::ID).ok()
        });
        for other in others {
            assert_ne!(other, address);
            assert!(bump_of(&other, &seeds).is_err());
        }
    }
}
