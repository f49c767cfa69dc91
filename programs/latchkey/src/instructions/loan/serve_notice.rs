use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::NoticeServed;
use crate::rules::ledger::Wallet;
use crate::rules::loan_at::LoanAt;
use crate::state::{Lender, Loan, Notice, NoticeChannels};

/// Records that the borrower was told of the present delinquency.
#[derive(Accounts)]
pub struct ServeNotice<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub loan: Box<Account<'info, Loan>>,
}

/// Records the notice. Something must be past due, and no notice of it be in force: a second one must not restart or
/// backdate the first.
pub fn serve_notice(ctx: Context<ServeNotice>, evidence: [u8; 32], channels: u8) -> Result<()> {
    let told_by_people = NoticeChannels::ALL & !NoticeChannels::CAR;
    require!(channels != 0 && channels & !told_by_people == 0, LatchkeyError::InvalidChannels);
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    require!(loan.status.is_open(), LatchkeyError::LoanPaidOff);
    let at = LoanAt::new(loan, Wallet(0), now);
    require!(at.position()?.past_due > 0, LatchkeyError::NotPastDue);
    require!(at.notice_in_force().is_none(), LatchkeyError::NoticeInForce);

    loan.notice = Some(Notice { served_at: now, evidence, channels });
    emit!(NoticeServed {
        loan: loan.key(),
        evidence,
        channels,
        at: now,
        matures_at: now.saturating_add(i64::from(loan.terms.notice_secs)),
    });
    Ok(())
}
