use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::DeviceDistrusted;
use crate::rules::check;
use crate::state::{Lender, Vehicle};

/// The lender no longer believes what a car's device key signs.
#[derive(Accounts)]
pub struct DistrustDevice<'info> {
    pub authority: Signer<'info>,
    #[account(has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Account<'info, Lender>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub vehicle: Account<'info, Vehicle>,
}

/// From now on the car has no warnings and locks, and its receipts of such are not paid; keepers get their bonds back.
/// Unlocks stay as they are. A new device key ends it.
pub fn distrust_device(ctx: Context<DistrustDevice>) -> Result<()> {
    let vehicle = &mut ctx.accounts.vehicle;
    check(!vehicle.distrusted, LatchkeyError::AlreadyDistrusted)?;
    vehicle.distrusted = true;
    emit!(DeviceDistrusted { vehicle: vehicle.key(), device_key: vehicle.device_key });
    Ok(())
}
