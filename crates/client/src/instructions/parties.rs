use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey::state::Action;
use latchkey::{accounts, instruction};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{DecodeError, Enrolment};

use super::proof::{INSTRUCTIONS_SYSVAR, proof};
use super::{SYSTEM_PROGRAM, build};
use crate::pda;

/// Who creates a lender.
#[derive(Clone, Copy, Debug)]
pub struct InitLender {
    /// Pays the rent.
    pub payer: Pubkey,
    /// Will own the lender.
    pub authority: Pubkey,
    /// What it lends.
    pub mint: Pubkey,
    /// The authority's token account.
    pub treasury: Pubkey,
}

/// Creates a lender. Payer and authority sign.
pub fn init_lender(who: &InitLender, args: InitLenderArgs) -> Instruction {
    let accounts = accounts::InitLender {
        payer: who.payer,
        authority: who.authority,
        lender: pda::lender(&who.authority),
        mint: who.mint,
        treasury: who.treasury,
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::InitLender { args })
}

/// Who sets a function.
#[derive(Clone, Copy, Debug)]
pub struct SetFunction {
    /// Pays the rent if it is new.
    pub payer: Pubkey,
    /// The lender's authority.
    pub authority: Pubkey,
    /// The lender.
    pub lender: Pubkey,
}

/// Offers or changes a function. Payer and authority sign.
pub fn set_function(who: &SetFunction, action: Action, args: SetFunctionArgs) -> Instruction {
    let accounts = accounts::SetFunction {
        payer: who.payer,
        authority: who.authority,
        lender: who.lender,
        function: pda::function(&who.lender, action),
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::SetFunction { action, args })
}

/// Registers a car by its signed enrolment: the proof, and the instruction right after it. Payer and `lender_signer`
/// sign. Fails if the signed message is no enrolment.
pub fn register_vehicle(
    payer: Pubkey,
    lender_signer: Pubkey,
    enrolment: &Envelope,
) -> Result<[Instruction; 2], DecodeError> {
    let Enrolment { lender, vin_commitment, .. } = Enrolment::decode(&enrolment.payload)?;
    let device_key = Pubkey::new_from_array(enrolment.signer);
    let accounts = accounts::RegisterVehicle {
        payer,
        lender_signer,
        lender: Pubkey::new_from_array(lender),
        vehicle: pda::vehicle(&device_key),
        instructions: INSTRUCTIONS_SYSVAR,
        system_program: SYSTEM_PROGRAM,
    };
    let register = build(&accounts, &instruction::RegisterVehicle { device_key, vin_commitment });
    Ok([proof(enrolment), register])
}
