//! Addresses of the program's accounts.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, Vehicle};

fn derive(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &latchkey::ID).0
}

/// The lender that `first_authority` created.
pub fn lender(first_authority: &Pubkey) -> Pubkey {
    derive(&[Lender::SEED, first_authority.as_ref()])
}

/// A lender's function for an action.
pub fn function(lender: &Pubkey, action: Action) -> Pubkey {
    derive(&[Function::SEED, lender.as_ref(), &[action as u8]])
}

/// The vehicle registered with `first_device_key`.
pub fn vehicle(first_device_key: &Pubkey) -> Pubkey {
    derive(&[Vehicle::SEED, first_device_key.as_ref()])
}

/// The vehicle's loan of this index, counted from 0.
pub fn loan(vehicle: &Pubkey, index: u32) -> Pubkey {
    derive(&[Loan::SEED, vehicle.as_ref(), &index.to_le_bytes()])
}

/// The loan's escrow.
pub fn escrow(loan: &Pubkey) -> Pubkey {
    derive(&[Escrow::SEED, loan.as_ref()])
}

/// The vehicle's invocation of this sequence number.
pub fn invocation(vehicle: &Pubkey, seq: u64) -> Pubkey {
    derive(&[Invocation::SEED, vehicle.as_ref(), &seq.to_le_bytes()])
}

/// The car wallet: the loan's associated token account.
pub fn wallet(loan: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    token_account(loan, mint, token_program)
}

/// A lender's treasury: its authority's associated token account.
pub fn treasury(authority: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    token_account(authority, mint, token_program)
}

/// The associated token account of `owner`.
pub fn token_account(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    anchor_spl::associated_token::get_associated_token_address_with_program_id(owner, mint, token_program)
}
