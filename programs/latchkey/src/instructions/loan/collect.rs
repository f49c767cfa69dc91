use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use super::payment::Before;
use crate::errors::LatchkeyError;
use crate::events::{PaymentKind, PaymentSent};
use crate::rules::payments;
use crate::state::{Lender, Loan};
use crate::tokens::{Transfer, wallet};

/// Looks at the car wallet, takes what is due, and sends it to the lender. Anyone may call it.
#[derive(Accounts)]
pub struct Collect<'info> {
    #[account(has_one = mint)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    #[account(mut)]
    pub wallet: UncheckedAccount<'info>,
    /// CHECK: where the lender is paid, by its record. Left out, nothing is sent: so a treasury that takes no payment
    /// stands in nobody's way.
    #[account(mut, address = lender.treasury @ LatchkeyError::WrongRecipient)]
    pub treasury: Option<UncheckedAccount<'info>>,
    /// What the loan is paid in.
    /// CHECK: by the lender's record.
    pub mint: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

/// Accrues, charges late fees, takes what is due as far as the wallet goes, and cures the loan if nothing is past due any
/// more. It walks 32 moments; a loan left longer is collected again. Then it sends all that is unsent.
pub fn collect(ctx: Context<Collect>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let loan = &mut accounts.loan;
    let before = Before::new(loan);
    let payment = payments::collect(loan, wallet(&accounts.wallet)?, now)?;
    before.paid(loan, PaymentKind::Collected, &payment);

    if let Some(treasury) = &accounts.treasury {
        let amount = core::mem::take(&mut loan.ledger.unsent);
        Transfer {
            from: accounts.wallet.to_account_info(),
            to: treasury.to_account_info(),
            authority: loan.to_account_info(),
            mint: accounts.mint.to_account_info(),
            program: &accounts.token_program,
        }
        .send(amount, &loan.signer_seeds().as_slices())?;
        emit!(PaymentSent { loan: loan.key(), treasury: treasury.key(), amount });
    }
    Ok(())
}
