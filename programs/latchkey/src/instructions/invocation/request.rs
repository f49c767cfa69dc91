use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

use crate::errors::LatchkeyError;
use crate::events::InvocationRequested;
use crate::instructions::loan::is_car_wallet;
use crate::lamports::{above_rent, pay, sum};
use crate::rules::gates::{check_lock, check_unlock, check_warn};
use crate::rules::schedule::instalments_due;
use crate::state::{
    Action, AskedLock, Escrow, Function, Invocation, Lender, Loan, OpenInvocation, Vehicle, ACCOUNT_VERSION,
};

/// Asks for a function call and sets its fee aside. Anyone may; the rules decide.
#[derive(Accounts)]
#[instruction(action: Action)]
pub struct Request<'info> {
    /// Pays the invocation's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The lender's authority or servicer, for an unlock by the lender's own will.
    pub lender_signer: Option<Signer<'info>>,
    /// The lender.
    pub lender: Box<Account<'info, Lender>>,
    /// The function asked for.
    #[account(
        constraint = function.lender == lender.key() && function.action == action @ ErrorCode::ConstraintSeeds
    )]
    pub function: Box<Account<'info, Function>>,
    /// The car.
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    /// The loan.
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = vehicle @ LatchkeyError::WrongVehicle
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// The car wallet.
    #[account(constraint = is_car_wallet(&wallet, &loan, &lender) @ LatchkeyError::WrongLoan)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Pays the fee.
    #[account(mut, dup, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    /// The invocation to create.
    #[account(
        init,
        payer = payer,
        space = Invocation::DISCRIMINATOR.len() + Invocation::INIT_SPACE,
        seeds = [b"invocation", vehicle.key().as_ref(), &vehicle.last_seq_asked.wrapping_add(1).to_le_bytes()],
        bump
    )]
    pub invocation: Box<Account<'info, Invocation>>,
    /// The system program.
    pub system_program: Program<'info, System>,
}

/// Checks the gate for the action and creates the invocation.
pub fn request(ctx: Context<Request>, action: Action) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let (lender, loan, vehicle) = (&accounts.lender, &mut accounts.loan, &mut accounts.vehicle);
    let wallet = accounts.wallet.amount;
    let by_lender = match &accounts.lender_signer {
        Some(signer) => {
            require!(lender.is_servicing(signer.key), LatchkeyError::NotServicing);
            true
        }
        None => false,
    };
    match action {
        Action::Warn => check_warn(lender, loan, vehicle, wallet, now)?,
        Action::Lock => check_lock(lender, loan, vehicle, wallet, now)?,
        Action::Unlock => check_unlock(loan, vehicle, wallet, by_lender, now)?,
    }
    let escrow = accounts.escrow.to_account_info();
    let fee = affordable_fee(action, accounts.function.fee, above_rent(&escrow)?, &accounts.escrow)?;

    let instalment = instalments_due(&loan.terms, now);
    if action == Action::Warn {
        loan.warned_through = instalment;
    }
    loan.invocations_open = loan.invocations_open.checked_add(1).ok_or(LatchkeyError::Overflow)?;
    let seq = sum(vehicle.last_seq_asked, 1)?;
    let expires_at = later(now, accounts.function.ttl_secs)?;
    let lock_until = match (action, loan.terms.lock_ttl_secs) {
        (Action::Lock, ttl) if ttl > 0 => later(now, ttl)?,
        _ => 0,
    };
    vehicle.last_seq_asked = seq;
    vehicle.open = Some(OpenInvocation { action, expires_at });
    if action == Action::Lock {
        vehicle.lock_asked = Some(AskedLock { seq, until: lock_until });
    }

    accounts.invocation.set_inner(Invocation {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.invocation,
        lender: lender.key(),
        loan: loan.key(),
        vehicle: vehicle.key(),
        borrower: loan.borrower,
        seq,
        action,
        function_revision: accounts.function.revision,
        command_key: accounts.function.command_key,
        fee,
        bond: accounts.function.bond,
        lease_secs: accounts.function.lease_secs,
        requested_at: now,
        expires_at,
        lock_until,
        instalment,
        claim: None,
        last_lapsed: None,
        rent_payer: accounts.payer.key(),
        reserved: [0; 32],
    });
    accounts.escrow.committed = sum(accounts.escrow.committed, fee)?;
    pay(&escrow, &accounts.invocation.to_account_info(), fee)?;
    emit!(InvocationRequested {
        invocation: accounts.invocation.key(),
        loan: loan.key(),
        vehicle: vehicle.key(),
        seq,
        action,
        fee,
        expires_at,
        escrow_after: above_rent(&escrow)?,
    });
    Ok(())
}

/// A warning or a lock costs its fee and leaves the reserve for the unlock that must follow. An unlock costs its fee,
/// or what is left.
fn affordable_fee(action: Action, fee: u64, available: u64, escrow: &Escrow) -> Result<u64> {
    match action {
        Action::Unlock => Ok(fee.min(available)),
        Action::Warn | Action::Lock => {
            require!(available >= sum(fee, escrow.unlock_reserve)?, LatchkeyError::EscrowShort);
            Ok(fee)
        }
    }
}

fn later(now: i64, secs: u32) -> Result<i64> {
    now.checked_add(i64::from(secs)).ok_or_else(|| error!(LatchkeyError::Overflow))
}
