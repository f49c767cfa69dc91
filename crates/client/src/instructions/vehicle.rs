use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::{accounts, instruction};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{DecodeError, Enrolment};

use super::proof::{INSTRUCTIONS_SYSVAR, proof};
use super::{SYSTEM_PROGRAM, build};
use crate::pda;

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

/// The loan that a car secures, and who owes it: the borrower signs where the car changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secured {
    /// The loan.
    pub loan: Pubkey,
    /// Its borrower.
    pub borrower: Pubkey,
}

/// Gives a car the device key that signed the enrolment: the proof, and the instruction right after it.
/// `lender_signer` signs, and the borrower of the loan the car secures. Fails if the signed message is no enrolment.
pub fn rotate_device_key(
    vehicle: Pubkey,
    lender_signer: Pubkey,
    secured: Option<Secured>,
    enrolment: &Envelope,
) -> Result<[Instruction; 2], DecodeError> {
    let Enrolment { lender, .. } = Enrolment::decode(&enrolment.payload)?;
    let device_key = Pubkey::new_from_array(enrolment.signer);
    let accounts = accounts::RotateDeviceKey {
        lender_signer,
        borrower: secured.map(|secured| secured.borrower),
        lender: Pubkey::new_from_array(lender),
        vehicle,
        loan: secured.map(|secured| secured.loan),
        instructions: INSTRUCTIONS_SYSVAR,
    };
    Ok([proof(enrolment), build(&accounts, &instruction::RotateDeviceKey { device_key })])
}

/// Takes a car out of service. The lender's authority or servicer signs.
pub fn retire_vehicle(lender: Pubkey, vehicle: Pubkey, lender_signer: Pubkey) -> Instruction {
    build(&accounts::RetireVehicle { lender_signer, lender, vehicle }, &instruction::RetireVehicle {})
}

/// Marks the car's device key as not to be believed. The lender's authority signs.
pub fn distrust_device(lender: Pubkey, vehicle: Pubkey, authority: Pubkey) -> Instruction {
    build(&accounts::DistrustDevice { authority, lender, vehicle }, &instruction::DistrustDevice {})
}
