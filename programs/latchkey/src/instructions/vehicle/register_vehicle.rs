use anchor_lang::prelude::*;
use latchkey_protocol::Enrolment;

use crate::errors::LatchkeyError;
use crate::events::VehicleRegistered;
use crate::proof::{INSTRUCTIONS_SYSVAR, check_signed};
use crate::records;
use crate::state::{Lender, Vehicle};

/// Registers a car whose device proves its key: the instruction just before verifies its signed enrolment.
#[derive(Accounts)]
#[instruction(device_key: Pubkey)]
pub struct RegisterVehicle<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(mut, dup, constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
    /// The vehicle to create.
    /// CHECK: the handler creates it at its address.
    #[cfg_attr(feature = "idl-build", account(mut, seeds = [Vehicle::SEED, device_key.as_ref()], bump))]
    #[cfg_attr(not(feature = "idl-build"), account(mut))]
    pub vehicle: UncheckedAccount<'info>,
    /// CHECK: the instructions sysvar, by address.
    #[account(address = INSTRUCTIONS_SYSVAR)]
    pub instructions: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

/// Checks the enrolment and creates the vehicle.
pub fn register_vehicle(
    ctx: Context<RegisterVehicle>,
    device_key: Pubkey,
    vin_commitment: [u8; 32],
) -> Result<()> {
    let lender = ctx.accounts.lender.key();
    let enrolment = Enrolment { program: crate::ID.to_bytes(), lender: lender.to_bytes(), vin_commitment };
    check_signed(&ctx.accounts.instructions, &device_key, &enrolment.encode())?;

    let (payer, account) = (&ctx.accounts.payer, &ctx.accounts.vehicle);
    let bump = records::create(payer, account, Vehicle::SPACE, &[Vehicle::SEED, device_key.as_ref()])?;
    records::write(&Vehicle::new(bump, lender, device_key, vin_commitment), account)?;
    let vehicles = &mut ctx.accounts.lender.vehicles;
    *vehicles = vehicles.checked_add(1).ok_or(LatchkeyError::Overflow)?;
    emit!(VehicleRegistered { vehicle: ctx.accounts.vehicle.key(), lender, device_key, vin_commitment });
    Ok(())
}
