use anchor_lang::prelude::*;

use super::forfeit::forfeit_lapsed_bond;
use crate::errors::LatchkeyError;
use crate::events::InvocationClaimed;
use crate::lamports::deposit;
use crate::rules::invocation::check_claim;
use crate::state::{Claim as Lease, Escrow, Invocation, Lender, Vehicle};

/// Takes the lease on an invocation: from now on this keeper alone may work on it, and is paid when the car's receipt
/// arrives.
#[derive(Accounts)]
pub struct Claim<'info> {
    /// The keeper, who posts the bond. A borrower may claim the unlock of their own car, without one.
    #[account(mut)]
    pub keeper: Signer<'info>,
    /// The lender, whose allow-list counts.
    pub lender: Box<Account<'info, Lender>>,
    pub vehicle: Box<Account<'info, Vehicle>>,
    /// Gets the bond of a keeper whose lease lapsed.
    #[account(mut, dup, constraint = escrow.loan == invocation.loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = vehicle @ LatchkeyError::WrongVehicle
    )]
    pub invocation: Box<Account<'info, Invocation>>,
    pub system_program: Program<'info, System>,
}

/// Checks that the invocation is free and the keeper may have it, and starts the lease.
pub fn claim(ctx: Context<Claim>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let keeper = accounts.keeper.key();
    let lease = check_claim(&accounts.invocation, &accounts.lender, &accounts.vehicle, keeper, now)?;
    let Lease { lease_end, bond, .. } = lease;
    deposit(accounts.keeper.to_account_info(), accounts.invocation.to_account_info(), bond)?;
    let lapsed = accounts.invocation.claim.map(|claim| claim.keeper);
    let forfeited = forfeit_lapsed_bond(&mut accounts.invocation, &mut accounts.escrow)?;
    accounts.invocation.claim = Some(lease);
    emit!(InvocationClaimed {
        invocation: accounts.invocation.key(),
        keeper,
        lease_end,
        bond,
        lapsed,
        forfeited,
    });
    Ok(())
}
