use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use super::payment::WalletPayment;
use crate::errors::LatchkeyError;
use crate::events::PaymentKind;
use crate::rules::ledger::{self, Wallet};
use crate::state::{Lender, Loan};

/// Takes more than what is due from the car wallet, as the borrower says: `prepay` and `pay_off`.
#[derive(Accounts)]
pub struct PayFromWallet<'info> {
    pub borrower: Signer<'info>,
    #[account(has_one = mint, has_one = treasury @ LatchkeyError::WrongRecipient)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = borrower @ LatchkeyError::NotBorrower,
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

impl<'info> PayFromWallet<'info> {
    fn payment(&mut self) -> WalletPayment<'_, 'info> {
        WalletPayment {
            loan: &mut self.loan,
            wallet: &self.wallet,
            treasury: &self.treasury,
            mint: &self.mint,
            token_program: &self.token_program,
        }
    }
}

/// Takes what is due and `amount` beyond it.
pub fn prepay(ctx: Context<PayFromWallet>, amount: u64) -> Result<()> {
    let rule = |loan: &mut Loan, wallet: Wallet, now| ledger::prepay(loan, wallet, amount, now);
    ctx.accounts.payment().pay(PaymentKind::Prepaid, rule)
}

/// Takes principal, interest to date and fees. Works while late.
pub fn pay_off(ctx: Context<PayFromWallet>) -> Result<()> {
    ctx.accounts.payment().pay(PaymentKind::PaidOff, ledger::pay_off)
}
