//! The program's own reading and writing of accounts against Borsh's, on random accounts.

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use super::*;
use crate::fixtures;
use crate::rules::invocation::{Offer, Requested};
use crate::rules::properties::Random;

/// Bytes in front of the fields.
const DISCRIMINATOR: usize = 8;

/// What Borsh writes behind the discriminator.
fn borsh<T: AnchorSerialize>(account: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    account.serialize(&mut bytes).unwrap();
    bytes
}

/// What Borsh reads, if the bytes are an account of a version that there is.
fn read_by_borsh<T: AnchorDeserialize>(bytes: &[u8]) -> Option<T> {
    let is_known = bytes[0] == Version::CURRENT.number;
    is_known.then(|| T::deserialize(&mut &bytes[..]).ok()).flatten()
}

fn stored<T: AccountSerialize>(account: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).unwrap();
    bytes
}

fn with_discriminator<T: Discriminator>(bytes: &[u8]) -> Vec<u8> {
    [T::DISCRIMINATOR, bytes].concat()
}

/// Both read the same account from these bytes, or neither reads one; and both write what was read.
fn agree<T>(bytes: &[u8])
where
    T: AccountSerialize + AccountDeserialize + AnchorSerialize + AnchorDeserialize + Discriminator,
{
    let whole = with_discriminator::<T>(bytes);
    let ours = T::try_deserialize(&mut &whole[..]).ok();
    let borshs = read_by_borsh::<T>(bytes);
    assert_eq!(ours.as_ref().map(borsh), borshs.as_ref().map(borsh), "reading {bytes:?}");
    if let Some(account) = ours {
        let written = stored(&account);
        assert_eq!(written[DISCRIMINATOR..], borsh(&account), "writing {bytes:?}");
        assert_eq!(written[..], whole[..written.len()], "writing back {bytes:?}");
    }
}

/// `account` with random bytes up to `end`: wherever a random byte is none that Borsh reads there, a small one, else the
/// account's own.
fn random<T: AnchorDeserialize>(random: &mut Random, account: &[u8], end: usize) -> Vec<u8> {
    let mut bytes = account.to_vec();
    for at in 0..end {
        let own = bytes[at];
        let candidates = [random.next() as u8, random.below(5) as u8, random.below(2) as u8, own];
        for candidate in candidates {
            bytes[at] = candidate;
            if read_by_borsh::<T>(&bytes).is_some() {
                break;
            }
        }
    }
    bytes
}

fn agrees_with_borsh<T>(account: &T)
where
    T: AccountSerialize + AccountDeserialize + AnchorSerialize + AnchorDeserialize + Discriminator + Fixed,
{
    let mut numbers = Random(7);
    let bytes = borsh(account);
    for _ in 0..20 {
        agree::<T>(&random::<T>(&mut numbers, &bytes, T::SIZE));
    }
    // Every byte of one account takes every value that matters: flags and variants refuse what they do not know.
    let mut bytes = random::<T>(&mut numbers, &bytes, T::SIZE);
    for at in 0..bytes.len() {
        let own = bytes[at];
        for value in [0, 1, 2, 3, 4, 5, 6, 127, 128, 255] {
            bytes[at] = value;
            agree::<T>(&bytes);
        }
        bytes[at] = own;
    }
    for end in 1..bytes.len() {
        agree::<T>(&bytes[..end]);
    }
    let longer = [&bytes[..], &[1; 40]].concat();
    agree::<T>(&longer);
}

#[test]
fn a_loan_is_read_and_written_as_borsh_does() {
    let mut loan = fixtures::loan(fixtures::terms());
    agrees_with_borsh(&loan);
    loan.unlock_uri = "https://bücher.example".to_owned();
    agrees_with_borsh(&loan);
}

#[test]
fn a_stub_is_read_and_written_as_borsh_does() {
    agrees_with_borsh(&LoanStub::from(&fixtures::loan(fixtures::terms())));
}

#[test]
fn a_vehicle_is_read_and_written_as_borsh_does() {
    agrees_with_borsh(&fixtures::vehicle());
}

#[test]
fn a_lender_is_read_and_written_as_borsh_does() {
    let mut lender = fixtures::lender();
    agrees_with_borsh(&lender);
    lender.keepers = vec![Pubkey::new_from_array([8; 32]), Pubkey::new_from_array([9; 32])];
    agrees_with_borsh(&lender);
}

#[test]
fn a_function_is_read_and_written_as_borsh_does() {
    let mut function = fixtures::function(Action::Lock);
    agrees_with_borsh(&function);
    (function.uri, function.uri_3) = ("https://one.example".to_owned(), "https://three.example".to_owned());
    agrees_with_borsh(&function);
}

#[test]
fn an_escrow_is_read_and_written_as_borsh_does() {
    agrees_with_borsh(&fixtures::escrow());
}

#[test]
fn an_invocation_is_read_and_written_as_borsh_does() {
    let (loan, function) = (fixtures::loan(fixtures::terms()), fixtures::function(Action::Lock));
    let requested = Requested { seq: 1, expires_at: 2, lock_until: Some(3), instalment: 4, is_final: true };
    agrees_with_borsh(&Invocation::new(&Offer::from(&function), Pubkey::default(), &loan, requested, 5));
}
