use anchor_lang::prelude::*;

use super::forfeit::forfeit_lapsed_bond;
use crate::errors::LatchkeyError;
use crate::events::InvocationClaimed;
use crate::lamports::deposit;
use crate::rules::invocation::check_claim;
use crate::rules::loan_at::LoanAt;
use crate::state::{Claim as Lease, Escrow, Invocation, Lender, Loan, Vehicle};
use crate::tokens::wallet;

/// Takes the lease on a warning or a lock: from now on this keeper alone may work on it, and is paid when the car's
/// receipt arrives.
#[derive(Accounts)]
pub struct Claim<'info> {
    /// The keeper, who posts the bond.
    #[account(mut)]
    pub keeper: Signer<'info>,
    /// The lender, whose allow-list counts.
    pub lender: Box<Account<'info, Lender>>,
    pub vehicle: Box<Account<'info, Vehicle>>,
    /// The loan, which is judged once more.
    #[account(has_one = wallet @ LatchkeyError::WrongLoan)]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
    /// Gets the bond of a keeper whose lease lapsed.
    #[account(mut, dup, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = loan @ LatchkeyError::WrongLoan,
        has_one = vehicle @ LatchkeyError::WrongVehicle
    )]
    pub invocation: Box<Account<'info, Invocation>>,
    pub system_program: Program<'info, System>,
}

/// Checks that the invocation is free, that the keeper may have it and that it is still right, and starts the lease. A lock
/// is right only while the stored status says default: a look that found the loan cured ends it, and only a new
/// `declare_default` brings it back.
pub fn claim(ctx: Context<Claim>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let keeper = accounts.keeper.key();
    let at = LoanAt::new(&accounts.loan, wallet(&accounts.wallet)?, now);
    let lease = check_claim(&accounts.invocation, &at, &accounts.lender, &accounts.vehicle, keeper)?;
    let Lease { lease_end, bond, .. } = lease;
    deposit(&accounts.keeper, &accounts.invocation.to_account_info(), bond)?;
    let lapsed = accounts.invocation.claim().map(|claim| claim.keeper);
    let forfeited = forfeit_lapsed_bond(&mut accounts.invocation, &mut accounts.escrow)?;
    accounts.invocation.set_claim(Some(lease));
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
