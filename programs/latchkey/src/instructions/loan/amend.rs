use anchor_lang::prelude::*;

use super::payment::Before;
use crate::errors::LatchkeyError;
use crate::events::LoanAmended;
use crate::rules::amendment::{Amendment, amend as amend_loan};
use crate::rules::{recovery, servicing};
use crate::state::{Lender, Loan, Terms};
use crate::tokens::wallet;

/// What an amendment says, and for which revision of the loan it was agreed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct AmendArgs {
    /// The loan's revision.
    pub revision: u32,
    /// It counts up to this second.
    pub deadline: i64,
    /// The whole terms from now on.
    pub terms: Terms,
    /// Principal to forgive, base units.
    pub forgive_principal: u64,
    /// Interest to forgive, base units.
    pub forgive_interest: u64,
}

/// Changes the terms of a loan. The borrower signs too, unless the change can only help them.
#[derive(Accounts)]
pub struct Amend<'info> {
    pub authority: Signer<'info>,
    /// The loan's borrower, if both agree.
    #[account(constraint = borrower.key() == loan.borrower @ LatchkeyError::NotBorrower)]
    pub borrower: Option<Signer<'info>>,
    #[account(has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
}

/// Alone, a lender only lowers rate, debt and fees and lengthens graces. With the borrower any terms go that a new loan
/// could have; the schedule then begins again with a first due date that lies ahead.
pub fn amend(ctx: Context<Amend>, args: AmendArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let AmendArgs { revision, deadline, terms, forgive_principal, forgive_interest } = args;
    let accounts = ctx.accounts;
    let loan = &mut accounts.loan;
    servicing::check_agreed(loan, revision, deadline, now)?;
    let by_both = accounts.borrower.is_some();
    if by_both {
        recovery::sign_in_full(loan, now)?;
    }
    let (before, terms_before, status_before) = (Before::new(loan), loan.terms, loan.status);
    let amendment = Amendment { terms, forgive_principal, forgive_interest };
    let floors = &accounts.lender.floors;
    let looked = amend_loan(loan, wallet(&accounts.wallet)?, &amendment, floors, by_both, now)?;
    before.looked(loan, &looked);
    emit!(LoanAmended {
        loan: loan.key(),
        by_both,
        before: terms_before,
        after: loan.terms,
        forgiven_principal: forgive_principal,
        forgiven_interest: forgive_interest,
        status_before,
        status_after: loan.status,
    });
    Ok(())
}
