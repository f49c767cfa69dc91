use anchor_lang::prelude::*;
use latchkey_protocol::{Outcome, Receipt};

use crate::errors::LatchkeyError;
use crate::events::InvocationConfirmed;
use crate::lamports::{pay, sum};
use crate::proof::{INSTRUCTIONS_SYSVAR, check_signed};
use crate::rules::check;
use crate::rules::invocation::{Payee, check_settle, settle};
use crate::state::{Escrow, Invocation, Loan, Vehicle};

/// Settles an invocation on the car's signed receipt, which the instruction just before this one verifies. Anyone may
/// bring it. For a warning or a lock the keeper that holds the claim is paid; for an unlock, who brings it and signs.
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
    /// CHECK: gets fee and bond: the keeper that holds the claim, checked against it; for an unlock whoever signs.
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
    let bond = match check_settle(invocation, &accounts.vehicle)? {
        Payee::Claimer(claim) => {
            check(claim.keeper == accounts.keeper.key(), LatchkeyError::NotClaimer)?;
            claim.bond
        }
        Payee::Bringer => {
            check(accounts.keeper.is_signer, LatchkeyError::BringerMustSign)?;
            0
        }
    };
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
    settle(invocation, loan, vehicle, now);
    accounts.escrow.paid = sum(accounts.escrow.paid, invocation.fee)?;
    let reward = sum(invocation.fee, bond)?;
    pay(&invocation.to_account_info(), &accounts.keeper, reward)?;
    emit!(InvocationConfirmed {
        invocation: invocation.key(),
        loan: loan.key(),
        vehicle: vehicle.key(),
        seq: invocation.seq,
        action: invocation.action,
        keeper: accounts.keeper.key(),
        fee: invocation.fee,
        bond,
        device_time,
        command_hash,
        lock_before,
        lock_after: vehicle.lock,
    });
    Ok(())
}
