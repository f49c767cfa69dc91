use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::EmergencyStarted;
use crate::rules::{recovery, servicing};
use crate::state::{Loan, Vehicle};

/// The borrower's right to drive for a while whatever is owed.
#[derive(Accounts)]
pub struct EmergencyStart<'info> {
    pub borrower: Signer<'info>,
    pub vehicle: Account<'info, Vehicle>,
    #[account(
        mut,
        dup,
        has_one = vehicle @ LatchkeyError::WrongVehicle,
        has_one = borrower @ LatchkeyError::NotBorrower
    )]
    pub loan: Box<Account<'info, Loan>>,
}

/// Grants it: an unlock can be requested at once, and no lock before it ends. Its time runs from the first unlock proven
/// after, or from when such an unlock would have expired.
pub fn emergency_start(ctx: Context<EmergencyStart>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let before = loan.emergency_until();
    recovery::drop_proposal(loan);
    servicing::emergency_start(loan, &ctx.accounts.vehicle, now)?;
    emit!(EmergencyStarted {
        loan: loan.key(),
        before,
        after: loan.emergency_until(),
        used: loan.emergency_used,
        granted: loan.terms.emergency_max,
    });
    Ok(())
}
