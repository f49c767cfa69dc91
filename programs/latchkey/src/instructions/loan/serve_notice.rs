use anchor_lang::prelude::*;

use super::ByServicer;
use crate::errors::LatchkeyError;
use crate::events::NoticeServed;
use crate::rules::check;
use crate::rules::loan_at::LoanAt;
use crate::rules::notices;
use crate::tokens::wallet;

/// Records that the borrower was told of the present delinquency. The event keeps `evidence`, the hash of what was told.
pub fn serve_notice(ctx: Context<ByServicer>, evidence: [u8; 32], channels: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    check(loan.status.is_open(), LatchkeyError::LoanPaidOff)?;
    let at = LoanAt::new(loan, wallet(&ctx.accounts.wallet)?, now);
    let (notices, served) = notices::serve(&at, channels)?;
    loan.notices = notices;
    emit!(NoticeServed {
        loan: loan.key(),
        evidence,
        channels,
        is_final: served.is_final,
        at: now,
        matures_at: served.matures_at,
    });
    Ok(())
}
