use anchor_lang::prelude::*;
use latchkey_protocol::{Outcome, Receipt};

use crate::errors::LatchkeyError;
use crate::events::InvocationConfirmed;
use crate::lamports::{pay, sum};
use crate::proof::{INSTRUCTIONS_SYSVAR, check_signed};
use crate::rules::invocation::{check_settle, settle};
use crate::state::{Escrow, Invocation, Loan, Vehicle};

/// Settles an invocation on the car's signed receipt, which the instruction just before this one verifies. Anyone may
/// bring it; the keeper that holds the claim is paid.
#[derive(Accounts)]
pub struct Confirm<'info> {
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(mut, dup)]
    pub loan: Box<Account<'info, Loan>>,
    /// Keeps the totals.
    #[account(mut, dup, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    #[account(
        mut,
        dup,
        close = rent_payer,
        has_one = vehicle @ LatchkeyError::WrongVehicle,
        has_one = loan @ LatchkeyError::WrongLoan,
        has_one = rent_payer @ LatchkeyError::WrongRecipient
    )]
    pub invocation: Box<Account<'info, Invocation>>,
    /// CHECK: the keeper that holds the claim, checked against it; gets fee and bond.
    #[account(mut)]
    pub keeper: UncheckedAccount<'info>,
    /// CHECK: who paid the invocation's rent, by its record.
    #[account(mut)]
    pub rent_payer: UncheckedAccount<'info>,
    /// CHECK: the instructions sysvar, by address.
    #[account(address = INSTRUCTIONS_SYSVAR)]
    pub instructions: UncheckedAccount<'info>,
}

/// Checks the receipt, pays the keeper, and moves the vehicle's state forward. The receipt counts even if a newer
/// request superseded the invocation or its time is over: the work is proven.
pub fn confirm(ctx: Context<Confirm>, device_time: i64, command_hash: [u8; 32]) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let invocation = &accounts.invocation;
    let claim = check_settle(invocation, &accounts.vehicle)?;
    require_keys_eq!(claim.keeper, accounts.keeper.key(), LatchkeyError::NotClaimer);
    let receipt = Receipt {
        program: crate::ID.to_bytes(),
        vehicle: invocation.vehicle.to_bytes(),
        invocation: invocation.key().to_bytes(),
        seq: invocation.seq,
        action: invocation.action,
        outcome: Outcome::Applied,
        device_time,
        command_hash,
    };
    check_signed(&accounts.instructions, &accounts.vehicle.device_key, &receipt.encode())?;

    let (loan, vehicle) = (&mut accounts.loan, &mut accounts.vehicle);
    let lock_before = vehicle.lock;
    settle(invocation, loan, vehicle, command_hash, now);
    accounts.escrow.paid = sum(accounts.escrow.paid, invocation.fee)?;
    let reward = sum(invocation.fee, claim.bond)?;
    pay(&invocation.to_account_info(), &accounts.keeper, reward)?;
    emit!(InvocationConfirmed {
        invocation: invocation.key(),
        loan: loan.key(),
        vehicle: vehicle.key(),
        seq: invocation.seq,
        action: invocation.action,
        keeper: claim.keeper,
        fee: invocation.fee,
        bond: claim.bond,
        device_time,
        command_hash,
        lock_before,
        lock_after: vehicle.lock,
    });
    Ok(())
}
