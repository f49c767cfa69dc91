use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::VehicleRetired;
use crate::rules::check;
use crate::state::{Lender, Vehicle};

/// Takes a car out of service: no loan can be written on it any more.
#[derive(Accounts)]
pub struct RetireVehicle<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub vehicle: Account<'info, Vehicle>,
}

/// Retires a car that secures no loan. It stays on chain: what it has proven can always be read.
pub fn retire_vehicle(ctx: Context<RetireVehicle>) -> Result<()> {
    let vehicle = &mut ctx.accounts.vehicle;
    check(vehicle.active_loan().is_none(), LatchkeyError::VehicleHasLoan)?;
    check(!vehicle.retired, LatchkeyError::VehicleRetired)?;
    vehicle.retired = true;
    emit!(VehicleRetired { vehicle: vehicle.key(), lender: vehicle.lender });
    Ok(())
}
