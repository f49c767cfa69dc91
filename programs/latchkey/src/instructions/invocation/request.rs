use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

use crate::errors::LatchkeyError;
use crate::events::InvocationRequested;
use crate::lamports::{above_rent, pay, sum};
use crate::rules::invocation as rules;
use crate::rules::ledger::Wallet;
use crate::rules::loan_at::LoanAt;
use crate::state::{Action, Escrow, Function, Invocation, Lender, Loan, Vehicle};

/// Asks for a function call and sets its fee aside. Anyone may; the rules decide.
#[derive(Accounts)]
#[instruction(action: Action)]
pub struct Request<'info> {
    /// Pays the invocation's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The lender's authority or servicer, for an unlock by the lender's own will.
    pub lender_signer: Option<Signer<'info>>,
    pub lender: Box<Account<'info, Lender>>,
    /// The function asked for.
    #[account(
        constraint = function.lender == lender.key() && function.action == action @ ErrorCode::ConstraintSeeds
    )]
    pub function: Box<Account<'info, Function>>,
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = vehicle @ LatchkeyError::WrongVehicle,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Pays the fee.
    #[account(mut, dup, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    /// The invocation to create.
    #[account(
        init,
        payer = payer,
        space = Invocation::DISCRIMINATOR.len() + Invocation::INIT_SPACE,
        seeds = [Invocation::SEED, vehicle.key().as_ref(), &vehicle.last_seq_asked.wrapping_add(1).to_le_bytes()],
        bump
    )]
    pub invocation: Box<Account<'info, Invocation>>,
    pub system_program: Program<'info, System>,
}

/// Checks the gate for the action and creates the invocation.
pub fn request(ctx: Context<Request>, action: Action) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let (lender, function) = (&accounts.lender, &accounts.function);
    let (loan, vehicle) = (&mut accounts.loan, &mut accounts.vehicle);
    let by_lender = accounts.lender_signer.as_ref().map(|signer| lender.is_servicing(signer.key));
    require!(by_lender != Some(false), LatchkeyError::NotServicing);
    let at = LoanAt::new(loan, Wallet(accounts.wallet.amount), now);
    rules::check_request(action, &at, lender, vehicle, by_lender.is_some())?;
    let escrow = accounts.escrow.to_account_info();
    let fee = rules::affordable_fee(function, &accounts.escrow, above_rent(&escrow)?)?;
    let requested = rules::request(function, loan, vehicle, now)?;

    accounts.invocation.set_inner(Invocation {
        bump: ctx.bumps.invocation,
        fee,
        rent_payer: accounts.payer.key(),
        ..Invocation::new(function, loan.key(), loan, requested, now)
    });
    accounts.escrow.committed = sum(accounts.escrow.committed, fee)?;
    pay(&escrow, &accounts.invocation.to_account_info(), fee)?;
    emit!(InvocationRequested {
        invocation: accounts.invocation.key(),
        loan: loan.key(),
        vehicle: vehicle.key(),
        seq: requested.seq,
        action,
        fee,
        expires_at: requested.expires_at,
        escrow_after: above_rent(&escrow)?,
    });
    Ok(())
}
