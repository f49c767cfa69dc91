//! Latchkey: car loans that lock and unlock the car themselves.
//!
//! The contract holds the loan, its default logic, and an escrow that pays for function calls. It settles a call only
//! on the car's own signed receipt. Handlers are in [`instructions`], the rules they obey in [`rules`], accounts in
//! [`state`].

// Anchor's macros generate undocumented items and compare configuration flags of their own.
#![allow(missing_docs, unexpected_cfgs, clippy::diverging_sub_expression)]

pub mod errors;
pub mod events;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod instructions;
mod lamports;
mod proof;
mod records;
pub mod rules;
#[cfg(not(feature = "no-entrypoint"))]
mod security;
pub mod state;
mod system;
mod tokens;

use anchor_lang::prelude::*;

use instructions::*;
use state::{Action, PolicyFloors, Terms};

declare_id!("CarNAqGj2B1GAizWrMkM7EFdewnbdzcS6fPgTygMbVpJ");

/// The program's entry points, one for each instruction. Anchor finds an instruction by comparing one after the other, so
/// those that keepers send come first.
#[program]
pub mod latchkey {
    use super::*;

    /// Takes the lease on a function call.
    pub fn claim(ctx: Context<Claim>) -> Result<()> {
        instructions::claim(ctx)
    }

    /// Settles a function call on the car's receipt.
    pub fn confirm(ctx: Context<Confirm>, device_time: i64, command_hash: [u8; 32]) -> Result<()> {
        instructions::confirm(ctx, device_time, command_hash)
    }

    /// Asks for a function call.
    pub fn request(ctx: Context<Request>, action: Action) -> Result<()> {
        instructions::request(ctx, action)
    }

    /// Takes what is due from the car wallet.
    pub fn collect(ctx: Context<Collect>) -> Result<()> {
        instructions::collect(ctx)
    }

    /// Marks a loan defaulted.
    pub fn declare_default(ctx: Context<DeclareDefault>) -> Result<()> {
        instructions::declare_default(ctx)
    }

    /// Gives a lease back.
    pub fn yield_claim(ctx: Context<YieldClaim>) -> Result<()> {
        instructions::yield_claim(ctx)
    }

    /// Closes an unfulfilled function call.
    pub fn expire(ctx: Context<Expire>) -> Result<()> {
        instructions::expire(ctx)
    }

    /// Creates a lender.
    pub fn init_lender(ctx: Context<InitLender>, args: InitLenderArgs) -> Result<()> {
        instructions::init_lender(ctx, args)
    }

    /// Changes the floors of future loans.
    pub fn set_policy(ctx: Context<ByAuthority>, floors: PolicyFloors) -> Result<()> {
        instructions::set_policy(ctx, floors)
    }

    /// Nominates the next authority.
    pub fn nominate_authority(ctx: Context<ByAuthority>, nominee: Option<Pubkey>) -> Result<()> {
        instructions::nominate_authority(ctx, nominee)
    }

    /// Takes a lender over.
    pub fn accept_authority(ctx: Context<AcceptAuthority>) -> Result<()> {
        instructions::accept_authority(ctx)
    }

    /// Changes the hot key.
    pub fn set_servicer(ctx: Context<ByAuthority>, servicer: Pubkey) -> Result<()> {
        instructions::set_servicer(ctx, servicer)
    }

    /// Changes the allow-list.
    pub fn set_keepers(ctx: Context<ByAuthority>, keepers: Vec<Pubkey>) -> Result<()> {
        instructions::set_keepers(ctx, keepers)
    }

    /// Offers or changes a function.
    pub fn set_function(ctx: Context<SetFunction>, action: Action, args: SetFunctionArgs) -> Result<()> {
        instructions::set_function(ctx, action, args)
    }

    /// Pauses locks and warnings for a while.
    pub fn pause(ctx: Context<Pause>, secs: u32) -> Result<()> {
        instructions::pause(ctx, secs)
    }

    /// Lifts the pause.
    pub fn unpause(ctx: Context<Pause>) -> Result<()> {
        instructions::unpause(ctx)
    }

    /// Registers a car that proves its device key.
    pub fn register_vehicle(
        ctx: Context<RegisterVehicle>,
        device_key: Pubkey,
        vin_commitment: [u8; 32],
    ) -> Result<()> {
        instructions::register_vehicle(ctx, device_key, vin_commitment)
    }

    /// Gives a car a new device key.
    pub fn rotate_device_key(ctx: Context<RotateDeviceKey>, device_key: Pubkey) -> Result<()> {
        instructions::rotate_device_key(ctx, device_key)
    }

    /// Marks a car's device key as not to be believed.
    pub fn distrust_device(ctx: Context<DistrustDevice>) -> Result<()> {
        instructions::distrust_device(ctx)
    }

    /// Takes a car out of service.
    pub fn retire_vehicle(ctx: Context<RetireVehicle>) -> Result<()> {
        instructions::retire_vehicle(ctx)
    }

    /// Writes a loan and pays the seller.
    pub fn originate(ctx: Context<Originate>, terms: Terms, escrow_lamports: u64) -> Result<()> {
        instructions::originate(ctx, terms, escrow_lamports)
    }

    /// Adds lamports to an escrow.
    pub fn fund_escrow(ctx: Context<FundEscrow>, lamports: u64) -> Result<()> {
        instructions::fund_escrow(ctx, lamports)
    }

    /// Takes lamports out of an escrow.
    pub fn withdraw_escrow(ctx: Context<WithdrawEscrow>, lamports: u64) -> Result<()> {
        instructions::withdraw_escrow(ctx, lamports)
    }

    /// Takes what is due and more in the car wallet.
    pub fn prepay(ctx: Context<ByBorrower>, amount: u64, fees: u64) -> Result<()> {
        instructions::prepay(ctx, amount, fees)
    }

    /// Pays all that is owed.
    pub fn pay_off(ctx: Context<PayOff>) -> Result<()> {
        instructions::pay_off(ctx)
    }

    /// Takes back what is not due.
    pub fn withdraw_surplus(ctx: Context<WithdrawSurplus>, amount: u64) -> Result<()> {
        instructions::withdraw_surplus(ctx, amount)
    }

    /// Records that the borrower was told.
    pub fn serve_notice(ctx: Context<ByServicer>, evidence: [u8; 32], channels: u8) -> Result<()> {
        instructions::serve_notice(ctx, evidence, channels)
    }

    /// Promises not to lock or warn for a while.
    pub fn place_hold(ctx: Context<ByServicer>, until: i64) -> Result<()> {
        instructions::place_hold(ctx, until)
    }

    /// Ends a hold early.
    pub fn lift_hold(ctx: Context<ByBothParties>, revision: u32, deadline: i64) -> Result<()> {
        instructions::lift_hold(ctx, revision, deadline)
    }

    /// Moves every due date by one period.
    pub fn extend(ctx: Context<ByBothParties>, revision: u32, deadline: i64) -> Result<()> {
        instructions::extend(ctx, revision, deadline)
    }

    /// Changes the terms.
    pub fn amend(ctx: Context<Amend>, args: AmendArgs) -> Result<()> {
        instructions::amend(ctx, args)
    }

    /// Stays all enforcement for a while.
    pub fn place_stay(ctx: Context<ByLoanAuthority>, from: i64, until: i64) -> Result<()> {
        instructions::place_stay(ctx, from, until)
    }

    /// Ends a loan for less than is owed.
    pub fn settle(ctx: Context<ByLoanAuthority>, reason: SettlementReason) -> Result<()> {
        instructions::settle(ctx, reason)
    }

    /// Sells a loan to another lender.
    pub fn assign(ctx: Context<Assign>, args: AssignArgs) -> Result<()> {
        instructions::assign(ctx, args)
    }

    /// Moves a loan to another key of its borrower.
    pub fn rotate_borrower(ctx: Context<RotateBorrower>) -> Result<()> {
        instructions::rotate_borrower(ctx)
    }

    /// Proposes a key for a borrower who lost theirs, and lets it take over.
    pub fn recover_borrower(ctx: Context<RecoverBorrower>, new_key: Pubkey) -> Result<()> {
        instructions::recover_borrower(ctx, new_key)
    }

    /// Refuses a proposed key.
    pub fn refuse_recovery(ctx: Context<RefuseRecovery>) -> Result<()> {
        instructions::refuse_recovery(ctx)
    }

    /// Forgives late fees.
    pub fn waive_fees(ctx: Context<ByServicer>, amount: u64) -> Result<()> {
        instructions::waive_fees(ctx, amount)
    }

    /// Lets the car start whatever is owed.
    pub fn emergency_start(ctx: Context<EmergencyStart>) -> Result<()> {
        instructions::emergency_start(ctx)
    }

    /// Gives a loan up.
    pub fn charge_off(ctx: Context<ByLoanAuthority>) -> Result<()> {
        instructions::charge_off(ctx)
    }

    /// Ends a loan that is paid off or settled.
    pub fn close_loan(ctx: Context<CloseLoan>) -> Result<()> {
        instructions::close_loan(ctx)
    }
}
