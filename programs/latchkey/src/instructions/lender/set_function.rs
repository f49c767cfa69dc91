use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::FunctionSet;
use crate::state::{ACCOUNT_VERSION, Action, Function, Lender, MAX_URI_LEN};

/// The largest fee or bond, lamports: 10 SOL. A typing error must not cost more.
pub const MAX_FEE: u64 = 10_000_000_000;

/// The longest lease, seconds: a day. A keeper that falls silent blocks a call no longer than this. It matters most for a
/// borrower who has paid and would unlock the car without it.
pub const MAX_LEASE_SECS: u32 = 86_400;

/// The longest time-to-live of an invocation, seconds: 30 days.
pub const MAX_TTL_SECS: u32 = 30 * 86_400;

/// A function as its lender offers it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct SetFunctionArgs {
    /// Paid for one proven call, lamports.
    pub fee: u64,
    /// Put up by the keeper meanwhile, lamports.
    pub bond: u64,
    /// How long one claim lasts, seconds.
    pub lease_secs: u32,
    /// How long an invocation may be claimed, seconds.
    pub ttl_secs: u32,
    /// The key that signs commands.
    pub command_key: Pubkey,
    /// Where it runs; empty if embedded in the keeper.
    pub uri: String,
    /// SHA-256 of its code.
    pub code_hash: [u8; 32],
}

/// Offers or changes a function. Open invocations keep what they were asked with.
#[derive(Accounts)]
#[instruction(action: Action)]
pub struct SetFunction<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The lender's authority.
    pub authority: Signer<'info>,
    #[account(has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Account<'info, Lender>,
    /// The function, created on first use. Setting it again changes it and nothing else, so an account that already
    /// exists is no danger here.
    #[account(
        init_if_needed,
        dup,
        payer = payer,
        space = Function::DISCRIMINATOR.len() + Function::INIT_SPACE,
        seeds = [Function::SEED, lender.key().as_ref(), &[action as u8]],
        bump
    )]
    pub function: Account<'info, Function>,
    pub system_program: Program<'info, System>,
}

/// Checks the offer and writes it.
pub fn set_function(ctx: Context<SetFunction>, action: Action, args: SetFunctionArgs) -> Result<()> {
    check_args(&args)?;
    let before = &ctx.accounts.function;
    let revision = before.revision.checked_add(1).ok_or(LatchkeyError::Overflow)?;
    emit!(FunctionSet {
        function: ctx.accounts.function.key(),
        lender: ctx.accounts.lender.key(),
        action,
        revision_before: before.revision,
        revision,
        fee_before: before.fee,
        fee: args.fee,
        command_key_before: before.command_key,
        command_key: args.command_key,
    });
    ctx.accounts.function.set_inner(Function {
        version: ACCOUNT_VERSION,
        bump: ctx.bumps.function,
        lender: ctx.accounts.lender.key(),
        action,
        fee: args.fee,
        bond: args.bond,
        lease_secs: args.lease_secs,
        ttl_secs: args.ttl_secs,
        command_key: args.command_key,
        uri: args.uri,
        code_hash: args.code_hash,
        revision,
        reserved: [0; 64],
    });
    Ok(())
}

fn check_args(args: &SetFunctionArgs) -> Result<()> {
    require!((1..=MAX_FEE).contains(&args.fee) && args.bond <= MAX_FEE, LatchkeyError::InvalidFunctionFee);
    let longest_lease = args.ttl_secs.min(MAX_LEASE_SECS);
    let times_fit = (1..=longest_lease).contains(&args.lease_secs) && args.ttl_secs <= MAX_TTL_SECS;
    require!(times_fit, LatchkeyError::InvalidFunctionTimes);
    require!(args.uri.len() <= MAX_URI_LEN, LatchkeyError::UriTooLong);
    require!(args.uri.is_empty() || args.uri.starts_with("https://"), LatchkeyError::UriNotHttps);
    require_keys_neq!(args.command_key, Pubkey::default(), LatchkeyError::InvalidCommandKey);
    Ok(())
}
