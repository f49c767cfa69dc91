//! Where each field stands. A client reads these offsets without decoding what stands before them, so that a change here is a new
//! layout and a new version.

use super::*;
use crate::fixtures;
use anchor_lang::prelude::*;
use anchor_lang::{AccountDeserialize, AccountSerialize, Space};

/// The offset of each field behind the discriminator, from the sizes of the fields before it; the last entry is the whole.
macro_rules! offsets {
    ($account:ident { $($field:ident),* }) => {{
        let mut bytes = 8;
        let mut offsets = Vec::new();
        $(
            offsets.push((stringify!($field), bytes));
            bytes += size(&$account.$field);
        )*
        (offsets, bytes)
    }};
}

fn size<T: AnchorSerialize>(value: &T) -> usize {
    let mut bytes = Vec::new();
    value.serialize(&mut bytes).unwrap();
    bytes.len()
}

fn bytes<T: AccountSerialize>(account: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).unwrap();
    bytes
}

fn loan() -> Loan {
    let mut loan = fixtures::loan(fixtures::terms());
    loan.lender = Pubkey::new_from_array([1; 32]);
    loan.borrower = Pubkey::new_from_array([2; 32]);
    loan.vehicle = Pubkey::new_from_array([3; 32]);
    loan.wallet = Pubkey::new_from_array([4; 32]);
    loan.index = 0x0605;
    loan
}

#[test]
fn the_fields_of_a_loan_stand_at_fixed_offsets_and_its_address_last() {
    let mut loan = loan();
    let (offsets, end) = offsets!(loan {
        version,
        bump,
        lender,
        borrower,
        vehicle,
        wallet,
        index,
        status,
        revision,
        terms,
        ledger,
        notices,
        hold_until,
        stay_from,
        stay_until,
        emergency_from,
        emergency_used,
        extensions_used,
        invocations_open,
        opened_at,
        defaulted_at,
        rent_payer,
        recovery_key,
        recovery_from,
        recovery_barred_until,
        recovered_until,
        unlock_fee,
        unlock_ttl_secs,
        unlock_keys,
        unlock_uri
    });
    assert_eq!(end, bytes(&loan).len());
    let at = |name| offsets.iter().find(|(field, _)| *field == name).unwrap().1;
    let fixed = ["version", "bump", "lender", "borrower", "vehicle", "wallet", "index", "status", "terms"];
    assert_eq!(fixed.map(at), [8, 9, 10, 42, 74, 106, 138, 142, 147]);
    assert_eq!(offsets.last().unwrap().0, "unlock_uri");
    // What stands before the address does not move with its length.
    let before = bytes(&loan)[..at("unlock_uri")].to_vec();
    loan.unlock_uri = "https://example.com".to_owned();
    assert_eq!(bytes(&loan)[..at("unlock_uri")], before[..]);
}

#[test]
fn a_stub_stands_where_its_loan_stood() {
    let loan = loan();
    let stub = bytes(&LoanStub::from(&loan));
    assert_eq!(stub.len(), LoanStub::DISCRIMINATOR.len() + LoanStub::INIT_SPACE);
    assert_eq!(stub[8..], bytes(&loan)[8..stub.len()]);
    assert_ne!(stub[..8], bytes(&loan)[..8]);
}

#[test]
fn accounts_without_strings_and_lists_always_fill_their_space() {
    assert_eq!(bytes(&fixtures::vehicle()).len(), 8 + Vehicle::INIT_SPACE);
    assert_eq!(bytes(&fixtures::escrow()).len(), 8 + Escrow::INIT_SPACE);
}

#[test]
fn the_variable_parts_of_lender_and_function_stand_last() {
    let mut lender = fixtures::lender();
    let empty = bytes(&lender);
    lender.keepers.push(Pubkey::new_from_array([9; 32]));
    // Only the length changes, and what follows it.
    let length = empty.len() - 4;
    assert_eq!(bytes(&lender)[..length], empty[..length]);
    assert_eq!(bytes(&lender).len(), empty.len() + 32);

    let mut function = fixtures::function(Action::Lock);
    let empty = bytes(&function);
    (function.uri, function.uri_2, function.uri_3) = ("a".to_owned(), "b".to_owned(), "c".to_owned());
    let length = empty.len() - 12;
    assert_eq!(bytes(&function)[..length], empty[..length]);
}

#[test]
fn another_version_is_refused() {
    let mut stored = bytes(&loan());
    assert!(Loan::try_deserialize(&mut &stored[..]).is_ok());
    let mut vehicle = bytes(&fixtures::vehicle());
    assert!(Vehicle::try_deserialize(&mut &vehicle[..]).is_ok());
    let mut lender = bytes(&fixtures::lender());
    assert!(Lender::try_deserialize(&mut &lender[..]).is_ok());
    for version in [0, 1, 3, 255] {
        (stored[8], vehicle[8], lender[8]) = (version, version, version);
        assert!(Loan::try_deserialize(&mut &stored[..]).is_err());
        assert!(Vehicle::try_deserialize(&mut &vehicle[..]).is_err());
        assert!(Lender::try_deserialize(&mut &lender[..]).is_err());
    }
}
