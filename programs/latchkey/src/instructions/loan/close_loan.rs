use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::errors::LatchkeyError;
use crate::events::LoanClosed;
use crate::lamports::{pay, rent, sum};
use crate::records;
use crate::rules::check;
use crate::rules::ledger::Wallet;
use crate::rules::recovery;
use crate::state::{Escrow, Lender, Loan, LoanStub, Vehicle};
use crate::tokens::{self, Transfer};

/// Ends a loan that is paid off or settled. The rest of the wallet goes to the borrower, what is unsent to the lender, the
/// rest of the escrow to the lender's authority, and the rent to who paid it. Lender or borrower signs.
#[derive(Accounts)]
pub struct CloseLoan<'info> {
    /// The lender's authority or servicer, or the borrower.
    pub party: Signer<'info>,
    #[account(mut, dup, has_one = authority @ LatchkeyError::WrongRecipient, has_one = mint)]
    pub lender: Box<Account<'info, Lender>>,
    /// CHECK: the lender's authority, which gets the rest of the escrow; by the lender's record.
    #[account(mut)]
    pub authority: UncheckedAccount<'info>,
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    /// CHECK: the loan, which becomes a stub. The handler reads it.
    #[account(mut)]
    pub loan: UncheckedAccount<'info>,
    #[account(mut, dup, close = rent_payer, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    #[account(mut)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// The borrower's own token account, which gets the rest of the wallet.
    #[account(mut, token::mint = mint)]
    pub borrower_tokens: Box<InterfaceAccount<'info, TokenAccount>>,
    /// A token account of the lender's authority, which gets what is unsent: the treasury, or another one if the treasury
    /// takes no payment. Not needed if nothing is unsent.
    #[account(
        mut,
        token::mint = mint,
        constraint = lender_tokens.owner == lender.authority @ LatchkeyError::WrongRecipient
    )]
    pub lender_tokens: Option<Box<InterfaceAccount<'info, TokenAccount>>>,
    /// CHECK: who paid the rent, by the loan's record.
    #[account(mut)]
    pub rent_payer: UncheckedAccount<'info>,
    /// What the loan was paid in.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl<'info> CloseLoan<'info> {
    /// The loan, if it is the one that the other accounts belong to, and the party may end it.
    fn read_loan(&self) -> Result<Box<Loan>> {
        let loan = records::read::<Loan>(&self.loan)?;
        check(loan.lender == self.lender.key(), LatchkeyError::WrongLender)?;
        check(loan.vehicle == self.vehicle.key(), LatchkeyError::WrongVehicle)?;
        check(loan.wallet == self.wallet.key(), LatchkeyError::WrongLoan)?;
        check(loan.rent_payer == self.rent_payer.key(), LatchkeyError::WrongRecipient)?;
        check(self.borrower_tokens.owner == loan.borrower, LatchkeyError::WrongRecipient)?;
        let is_party = loan.borrower == self.party.key() || self.lender.is_servicing(self.party.key);
        check(is_party, LatchkeyError::NotParty)?;
        Ok(loan)
    }

    fn send(&self, loan: &Loan, to: AccountInfo<'info>, amount: u64) -> Result<()> {
        let transfer = Transfer {
            from: self.wallet.to_account_info(),
            to,
            authority: self.loan.to_account_info(),
            mint: self.mint.to_account_info(),
            program: &self.token_program,
        };
        transfer.send(amount, &loan.signer_seeds().as_slices())
    }
}

/// Returns what is left, closes escrow and wallet, and leaves a stub that remembers whose wallet it was.
pub fn close_loan(ctx: Context<CloseLoan>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let loan = accounts.read_loan()?;
    check(!loan.status.is_open(), LatchkeyError::LoanNotPaidOff)?;
    check(!accounts.vehicle.may_be_locked_at(now), LatchkeyError::VehicleLocked)?;
    check(loan.invocations_open == 0, LatchkeyError::InvocationsOpen)?;

    let unsent = loan.ledger.unsent;
    let surplus = loan.ledger.free(Wallet(accounts.wallet.amount));
    if unsent > 0 {
        let lender_tokens = accounts.lender_tokens.as_ref().ok_or(LatchkeyError::UnsentRemains)?;
        accounts.send(&loan, lender_tokens.to_account_info(), unsent)?;
    }
    if surplus > 0 {
        recovery::check_settled_in(&loan, now)?;
    }
    accounts.send(&loan, accounts.borrower_tokens.to_account_info(), surplus)?;
    tokens::close(
        &accounts.token_program,
        accounts.wallet.to_account_info(),
        accounts.rent_payer.to_account_info(),
        accounts.loan.to_account_info(),
        &loan.signer_seeds().as_slices(),
    )?;

    let escrow = accounts.escrow.to_account_info();
    let escrow_returned = escrow.lamports().saturating_sub(accounts.escrow.rent);
    pay(&escrow, &accounts.authority, escrow_returned)?;
    accounts.vehicle.active_loan = Pubkey::default();
    accounts.lender.loans_closed = sum(accounts.lender.loans_closed, 1)?;
    leave_stub(&accounts.loan, &loan, &accounts.rent_payer)?;
    emit!(LoanClosed {
        loan: accounts.loan.key(),
        escrow_returned,
        wallet_returned: surplus,
        sent: unsent,
        fees_paid: accounts.escrow.paid,
    });
    Ok(())
}

/// Makes the loan's account a stub, and gives the rent that it no longer needs to who paid it.
fn leave_stub(account: &AccountInfo, loan: &Loan, rent_payer: &AccountInfo) -> Result<()> {
    account.resize(LoanStub::SPACE)?;
    records::write(&LoanStub::from(loan), account)?;
    let rent = rent(account.data_len())?;
    pay(account, rent_payer, account.lamports().saturating_sub(rent))
}
