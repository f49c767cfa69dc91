use anchor_lang::prelude::*;

use super::forfeit::forfeit_lapsed_bond;
use crate::errors::LatchkeyError;
use crate::events::InvocationExpired;
use crate::lamports::{pay, sum};
use crate::rules::check;
use crate::rules::invocation::{check_expire, expire as expire_call, is_beyond_proof};
use crate::state::{Escrow, Invocation, Loan, Vehicle};

/// Closes an unfulfilled invocation. Anyone may.
#[derive(Accounts)]
pub struct Expire<'info> {
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(mut, dup)]
    pub loan: Box<Account<'info, Loan>>,
    /// Gets the fee back, and the bond of a keeper whose lease lapsed.
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
    /// CHECK: who paid the invocation's rent, by its record.
    #[account(mut)]
    pub rent_payer: UncheckedAccount<'info>,
    /// CHECK: the keeper whose lease lapsed, checked against the claim. It gets its bond back if the car's device key is
    /// distrusted or has changed.
    #[account(mut)]
    pub keeper: Option<UncheckedAccount<'info>>,
}

/// Returns the fee to the escrow and closes the invocation, once its time is over or a newer request superseded it,
/// and no lease runs.
pub fn expire(ctx: Context<Expire>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    check_expire(&accounts.invocation, &accounts.vehicle, now)?;

    let returned = return_bond(&mut accounts.invocation, &accounts.vehicle, accounts.keeper.as_deref())?;
    let forfeited = forfeit_lapsed_bond(&mut accounts.invocation, &mut accounts.escrow)?;
    let invocation = &accounts.invocation;
    let loan = &mut accounts.loan;
    expire_call(invocation, loan, &mut accounts.vehicle);
    accounts.escrow.refunded = sum(accounts.escrow.refunded, invocation.fee)?;
    pay(&invocation.to_account_info(), &accounts.escrow.to_account_info(), invocation.fee)?;
    emit!(InvocationExpired {
        invocation: invocation.key(),
        loan: loan.key(),
        seq: invocation.seq,
        action: invocation.action,
        refunded: invocation.fee,
        forfeited,
        returned,
    });
    Ok(())
}

/// Gives a claimer's bond back if no receipt could settle the call any more. Returns the bond, 0 if there is none to give
/// back.
fn return_bond<'info>(
    invocation: &mut Account<'info, Invocation>,
    vehicle: &Vehicle,
    keeper: Option<&AccountInfo<'info>>,
) -> Result<u64> {
    let Some(claim) = invocation.claim().filter(|_| is_beyond_proof(invocation, vehicle)) else {
        return Ok(0);
    };
    let keeper = keeper.ok_or(LatchkeyError::KeeperMissing)?;
    check(claim.keeper == keeper.key(), LatchkeyError::WrongRecipient)?;
    pay(&invocation.to_account_info(), keeper, claim.bond)?;
    invocation.set_claim(None);
    Ok(claim.bond)
}
