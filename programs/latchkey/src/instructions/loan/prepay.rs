use anchor_lang::prelude::*;

use super::ByBorrower;
use super::payment::Before;
use crate::events::PaymentKind;
use crate::rules::{payments, recovery};
use crate::tokens::wallet;

/// Takes what is due, `amount` beyond it toward the debt, and `fees` toward late fees. It takes effect at once; the money
/// waits in the wallet for the lender.
pub fn prepay(ctx: Context<ByBorrower>, amount: u64, fees: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let before = Before::new(loan);
    recovery::drop_proposal(loan);
    let payment = payments::prepay(loan, wallet(&ctx.accounts.wallet)?, amount, fees, now)?;
    before.paid(loan, PaymentKind::Prepaid, &payment);
    Ok(())
}
