use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use super::payment::WalletPayment;
use crate::errors::LatchkeyError;
use crate::events::PaymentKind;
use crate::rules::ledger;
use crate::state::{Lender, Loan};

/// Takes what is due from the car wallet. Anyone may call it.
#[derive(Accounts)]
pub struct Collect<'info> {
    #[account(has_one = mint, has_one = treasury @ LatchkeyError::WrongRecipient)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    #[account(mut)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Where the lender is paid.
    #[account(mut)]
    pub treasury: Box<InterfaceAccount<'info, TokenAccount>>,
    /// What the loan is paid in.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    pub token_program: Interface<'info, TokenInterface>,
}

/// Accrues, charges late fees, takes past due and fees as far as the wallet goes, and cures the loan if nothing is
/// past due any more. With nothing due it changes nothing but the accrual.
pub fn collect(ctx: Context<Collect>) -> Result<()> {
    WalletPayment {
        loan: &mut ctx.accounts.loan,
        wallet: &ctx.accounts.wallet,
        treasury: &ctx.accounts.treasury,
        mint: &ctx.accounts.mint,
        token_program: &ctx.accounts.token_program,
    }
    .pay(PaymentKind::Collected, ledger::collect)
}
