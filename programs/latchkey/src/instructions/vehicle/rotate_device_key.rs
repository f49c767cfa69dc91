use anchor_lang::prelude::*;
use latchkey_protocol::Enrolment;

use crate::errors::LatchkeyError;
use crate::events::DeviceKeyRotated;
use crate::proof::{INSTRUCTIONS_SYSVAR, check_signed};
use crate::rules::check;
use crate::rules::recovery;
use crate::state::{Lender, Loan, OpenInvocation, Vehicle};

/// Gives a car a new device key, which proves itself: the instruction just before verifies its signed enrolment.
#[derive(Accounts)]
pub struct RotateDeviceKey<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    /// The borrower, while the car secures a loan.
    pub borrower: Option<Signer<'info>>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    /// The loan the car secures, while there is one.
    #[account(mut, dup, has_one = vehicle @ LatchkeyError::WrongVehicle)]
    pub loan: Option<Box<Account<'info, Loan>>>,
    /// CHECK: the instructions sysvar, by address.
    #[account(address = INSTRUCTIONS_SYSVAR)]
    pub instructions: UncheckedAccount<'info>,
}

/// Takes the new key. Every request made before is void: the old device can no longer prove it, and the new one was
/// never asked. What the car may be locked by stays on record, so that an unlock can be asked of the new device.
pub fn rotate_device_key(ctx: Context<RotateDeviceKey>, device_key: Pubkey) -> Result<()> {
    let accounts = ctx.accounts;
    let vehicle = &mut accounts.vehicle;
    check(!vehicle.retired, LatchkeyError::VehicleRetired)?;
    check(device_key != vehicle.device_key, LatchkeyError::SameDeviceKey)?;
    if let Some(active) = vehicle.active_loan() {
        let loan = accounts.loan.as_mut().ok_or(LatchkeyError::WrongLoan)?;
        check(loan.key() == active, LatchkeyError::WrongLoan)?;
        let borrower = accounts.borrower.as_ref().map(|borrower| borrower.key());
        check(borrower == Some(loan.borrower), LatchkeyError::NotBorrower)?;
        recovery::sign_in_full(loan, Clock::get()?.unix_timestamp)?;
    }
    let enrolment = Enrolment {
        program: crate::ID.to_bytes(),
        lender: vehicle.lender.to_bytes(),
        vin_commitment: vehicle.vin_commitment,
    };
    check_signed(&accounts.instructions, &device_key, &enrolment.encode())?;

    let void_through = vehicle.last_seq_asked;
    emit!(DeviceKeyRotated {
        vehicle: vehicle.key(),
        before: vehicle.device_key,
        after: device_key,
        void_through,
    });
    vehicle.device_key = device_key;
    vehicle.void_through = void_through;
    // A number without a request: it supersedes every request made before.
    vehicle.last_seq_asked = void_through.checked_add(1).ok_or(LatchkeyError::Overflow)?;
    vehicle.open = OpenInvocation::NONE;
    vehicle.distrusted = false;
    Ok(())
}
