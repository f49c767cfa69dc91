//! Latchkey: car loans that lock and unlock the car themselves.
//!
//! The contract holds the loan, its default logic, and an escrow that pays for function calls. It settles a call only
//! on the car's own signed receipt. Handlers are in [`instructions`], the rules they obey in [`rules`], accounts in
//! [`state`].

// Anchor's macros generate undocumented items and compare configuration flags of their own.
#![allow(missing_docs, unexpected_cfgs, clippy::diverging_sub_expression)]

pub mod errors;
pub mod events;
pub mod instructions;
mod lamports;
mod proof;
pub mod rules;
pub mod state;
mod tokens;

use anchor_lang::prelude::*;

use instructions::*;
use state::{Action, Terms};

declare_id!("CarNAqGj2B1GAizWrMkM7EFdewnbdzcS6fPgTygMbVpJ");

/// The program's entry points, one for each instruction.
#[program]
pub mod latchkey {
    use super::*;

    /// Creates a lender.
    pub fn init_lender(ctx: Context<InitLender>, args: InitLenderArgs) -> Result<()> {
        instructions::init_lender(ctx, args)
    }

    /// Offers or changes a function.
    pub fn set_function(ctx: Context<SetFunction>, action: Action, args: SetFunctionArgs) -> Result<()> {
        instructions::set_function(ctx, action, args)
    }

    /// Registers a car that proves its device key.
    pub fn register_vehicle(
        ctx: Context<RegisterVehicle>,
        device_key: Pubkey,
        vin_commitment: [u8; 32],
    ) -> Result<()> {
        instructions::register_vehicle(ctx, device_key, vin_commitment)
    }

    /// Writes a loan and pays the seller.
    pub fn originate(ctx: Context<Originate>, terms: Terms, escrow_lamports: u64) -> Result<()> {
        instructions::originate(ctx, terms, escrow_lamports)
    }

    /// Adds lamports to an escrow.
    pub fn fund_escrow(ctx: Context<FundEscrow>, lamports: u64) -> Result<()> {
        instructions::fund_escrow(ctx, lamports)
    }

    /// Takes what is due from the car wallet.
    pub fn collect(ctx: Context<Collect>) -> Result<()> {
        instructions::collect(ctx)
    }

    /// Takes what is due and more from the car wallet.
    pub fn prepay(ctx: Context<PayFromWallet>, amount: u64) -> Result<()> {
        instructions::prepay(ctx, amount)
    }

    /// Takes all that is owed from the car wallet.
    pub fn pay_off(ctx: Context<PayFromWallet>) -> Result<()> {
        instructions::pay_off(ctx)
    }

    /// Marks a loan defaulted.
    pub fn declare_default(ctx: Context<DeclareDefault>) -> Result<()> {
        instructions::declare_default(ctx)
    }

    /// Records that the borrower was told.
    pub fn serve_notice(ctx: Context<ServeNotice>, evidence: [u8; 32], channels: u8) -> Result<()> {
        instructions::serve_notice(ctx, evidence, channels)
    }

    /// Asks for a function call.
    pub fn request(ctx: Context<Request>, action: Action) -> Result<()> {
        instructions::request(ctx, action)
    }

    /// Takes the lease on a function call.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        instructions::claim(ctx)
    }

    /// Settles a function call on the car's receipt.
    pub fn confirm(ctx: Context<Confirm>, device_time: i64, command_hash: [u8; 32]) -> Result<()> {
        instructions::confirm(ctx, device_time, command_hash)
    }

    /// Gives a lease back.
    pub fn yield_claim(ctx: Context<YieldClaim>) -> Result<()> {
        instructions::yield_claim(ctx)
    }

    /// Closes a function call nobody fulfilled.
    pub fn expire(ctx: Context<Expire>) -> Result<()> {
        instructions::expire(ctx)
    }

    /// Ends a paid-off loan.
    pub fn close_loan(ctx: Context<CloseLoan>) -> Result<()> {
        instructions::close_loan(ctx)
    }
}
