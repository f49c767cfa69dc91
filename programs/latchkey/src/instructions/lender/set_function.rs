use anchor_lang::prelude::*;

use crate::errors::{LatchkeyError, of_anchor};
use crate::events::FunctionSet;
use crate::records;
use crate::rules::check;
use crate::state::{Action, Fixed, Function, Lender, MAX_COMMAND_KEYS, MAX_URI_LEN, Version};

/// The largest fee or bond, lamports: 10 SOL. A typing error must not cost more.
pub const MAX_FEE: u64 = 10_000_000_000;

/// The shortest lease, seconds: less would take bonds from honest keepers.
pub const MIN_LEASE_SECS: u32 = 30;

/// The longest lease, seconds: 15 minutes. A keeper that falls silent blocks a call no longer than this.
pub const MAX_LEASE_SECS: u32 = 15 * 60;

/// The longest time-to-live of an invocation, seconds: 30 days.
pub const MAX_TTL_SECS: u32 = 30 * 86_400;

/// The shortest time-to-live of an unlock, seconds: an hour.
pub const MIN_UNLOCK_TTL_SECS: u32 = 3_600;

/// A function as its lender offers it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct SetFunctionArgs {
    /// Paid for one proven call, lamports.
    pub fee: u64,
    /// Put up by the keeper meanwhile, lamports.
    pub bond: u64,
    /// How long one claim lasts, seconds.
    pub lease_secs: u32,
    /// How long an invocation may be claimed, seconds; an unlock: done.
    pub ttl_secs: u32,
    /// How many of the keys must sign a command.
    pub required: u8,
    /// The keys that sign commands, one to three, each with the address where its function runs; empty if that is embedded in
    /// the keeper.
    pub command_keys: Vec<CommandKey>,
    /// SHA-256 of its code.
    pub code_hash: [u8; 32],
}

/// A key that signs commands, and where the function runs that holds it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct CommandKey {
    /// The ed25519 key.
    pub key: Pubkey,
    /// The function's address; empty if it is embedded in the keeper.
    pub uri: String,
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
    /// CHECK: the handler creates it, or reads it and compares its lender and action.
    #[cfg_attr(
        feature = "idl-build",
        account(mut, seeds = [Function::SEED, lender.key().as_ref(), &[action as u8]], bump)
    )]
    #[cfg_attr(not(feature = "idl-build"), account(mut))]
    pub function: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl SetFunction<'_> {
    /// The function as it is, or without anything but a bump if it is offered for the first time.
    fn before(&self, action: Action) -> Result<Box<Function>> {
        let lender = self.lender.key();
        if *self.function.owner == crate::ID {
            let function: Box<Function> = records::read(&self.function)?;
            if !function.is_of(&lender, action) {
                return Err(of_anchor(ErrorCode::ConstraintSeeds));
            }
            return Ok(function);
        }
        let seeds = [Function::SEED, lender.as_ref(), &[action as u8]];
        let bump = records::create(&self.payer, &self.function, Function::SPACE, &seeds)?;
        Ok(Box::new(Function { bump, ..Function::ZERO }))
    }
}

/// Checks the offer and writes it.
pub fn set_function(ctx: Context<SetFunction>, action: Action, args: SetFunctionArgs) -> Result<()> {
    check_args(action, &args)?;
    let mut keys = args.command_keys.into_iter();
    let mut next = || keys.next().unwrap_or(CommandKey { key: Pubkey::default(), uri: String::new() });
    let (first, second, third) = (next(), next(), next());
    let command_keys = [first.key, second.key, third.key];
    let before = ctx.accounts.before(action)?;
    let revision = before.revision.checked_add(1).ok_or(LatchkeyError::Overflow)?;
    emit!(FunctionSet {
        function: ctx.accounts.function.key(),
        lender: ctx.accounts.lender.key(),
        action,
        revision_before: before.revision,
        revision,
        fee_before: before.fee,
        fee: args.fee,
        command_keys_before: before.command_keys,
        command_keys,
        required: args.required,
    });
    let function = Function {
        version: Version::CURRENT,
        bump: before.bump,
        lender: ctx.accounts.lender.key(),
        action,
        fee: args.fee,
        bond: args.bond,
        lease_secs: args.lease_secs,
        ttl_secs: args.ttl_secs,
        required: args.required,
        command_keys,
        code_hash: args.code_hash,
        revision,
        uri: first.uri,
        uri_2: second.uri,
        uri_3: third.uri,
    };
    records::write(&function, &ctx.accounts.function)
}

fn check_args(action: Action, args: &SetFunctionArgs) -> Result<()> {
    check((1..=MAX_FEE).contains(&args.fee) && args.bond <= MAX_FEE, LatchkeyError::InvalidFunctionFee)?;
    let longest_lease = args.ttl_secs.min(MAX_LEASE_SECS);
    let shortest_life = if action == Action::Unlock { MIN_UNLOCK_TTL_SECS } else { 0 };
    let times_fit = (MIN_LEASE_SECS..=longest_lease).contains(&args.lease_secs)
        && (shortest_life..=MAX_TTL_SECS).contains(&args.ttl_secs);
    check(times_fit, LatchkeyError::InvalidFunctionTimes)?;
    check_keys(action, args)
}

fn check_keys(action: Action, args: &SetFunctionArgs) -> Result<()> {
    let keys = &args.command_keys;
    let fit = (1..=MAX_COMMAND_KEYS).contains(&keys.len())
        && (1..=keys.len()).contains(&usize::from(args.required))
        && (action != Action::Unlock || args.required == 1)
        && keys.iter().all(|this| this.key != Pubkey::default())
        && keys.iter().enumerate().all(|(i, this)| keys[..i].iter().all(|other| other.key != this.key));
    check(fit, LatchkeyError::InvalidCommandKeys)?;
    for CommandKey { uri, .. } in keys {
        check(uri.len() <= MAX_URI_LEN, LatchkeyError::UriTooLong)?;
        check(uri.is_empty() || uri.starts_with("https://"), LatchkeyError::UriNotHttps)?;
    }
    Ok(())
}

/// Whether the contract takes this offer, for whoever asks off chain before it is signed.
#[cfg(not(target_os = "solana"))]
pub fn check_offer(action: Action, args: &SetFunctionArgs) -> crate::rules::Ruled<()> {
    check_args(action, args).map_err(|error| {
        let number = match error {
            Error::ProgramError(error) => match error.program_error {
                ProgramError::Custom(number) => Some(number),
                _ => None,
            },
            Error::AnchorError(error) => Some(error.error_code_number),
        };
        let rule = crate::errors::ALL.iter().copied().find(|rule| Some(u32::from(*rule)) == number);
        rule.unwrap_or(LatchkeyError::Overflow)
    })
}
