use anchor_lang::prelude::*;
use anchor_spl::associated_token::AssociatedToken;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::errors::LatchkeyError;
use crate::events::LoanOriginated;
use crate::lamports::{deposit, rent, sum};
use crate::records;
use crate::rules::check;
use crate::rules::terms::{check_public_unlock, check_terms};
use crate::state::{Action, Escrow, Function, Lender, Loan, LoanParties, PinnedUnlock, Terms, Vehicle};
use crate::tokens::Transfer;

/// Writes a loan: lender and borrower sign its terms, the seller is paid, and the escrow gets its first lamports.
#[derive(Accounts)]
pub struct Originate<'info> {
    /// Pays rent and the escrow's first lamports.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The lender's authority or servicer, who owns or is delegate of the treasury.
    pub lender_signer: Signer<'info>,
    pub borrower: Signer<'info>,
    #[account(
        mut,
        dup,
        has_one = mint,
        has_one = treasury @ LatchkeyError::WrongRecipient,
        constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing
    )]
    pub lender: Box<Account<'info, Lender>>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    /// The loan to create.
    /// CHECK: the handler creates it at its address.
    #[cfg_attr(
        feature = "idl-build",
        account(mut, seeds = [Loan::SEED, vehicle.key().as_ref(), &vehicle.loans.to_le_bytes()], bump)
    )]
    #[cfg_attr(not(feature = "idl-build"), account(mut))]
    pub loan: UncheckedAccount<'info>,
    /// The escrow to create.
    /// CHECK: the handler creates it at its address.
    #[cfg_attr(
        feature = "idl-build",
        account(mut, seeds = [Escrow::SEED, loan.key().as_ref()], bump)
    )]
    #[cfg_attr(not(feature = "idl-build"), account(mut))]
    pub escrow: UncheckedAccount<'info>,
    /// The car wallet. Anyone may have created it before; only the loan can spend from it.
    #[account(
        init_if_needed,
        payer = payer,
        associated_token::mint = mint,
        associated_token::authority = loan,
        associated_token::token_program = token_program
    )]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// What the loan is paid in.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// CHECK: where the principal comes from, by the lender's record. The token program checks it.
    #[account(mut)]
    pub treasury: UncheckedAccount<'info>,
    /// The seller's token account, where the principal goes. `dup` leaves it to the handler to say that this is neither
    /// the wallet nor the treasury.
    #[account(mut, dup, token::mint = mint)]
    pub seller: Box<InterfaceAccount<'info, TokenAccount>>,
    /// The lender's warning.
    #[account(constraint = warn.is_of(&lender.key(), Action::Warn) @ LatchkeyError::WrongLender)]
    pub warn: Box<Account<'info, Function>>,
    /// The lender's lock.
    #[account(constraint = lock.is_of(&lender.key(), Action::Lock) @ LatchkeyError::WrongLender)]
    pub lock: Box<Account<'info, Function>>,
    /// The lender's unlock.
    #[account(constraint = unlock.is_of(&lender.key(), Action::Unlock) @ LatchkeyError::WrongLender)]
    pub unlock: Box<Account<'info, Function>>,
    pub token_program: Interface<'info, TokenInterface>,
    /// Creates the wallet.
    pub associated_token_program: Program<'info, AssociatedToken>,
    pub system_program: Program<'info, System>,
}

/// Checks the terms, creates loan, escrow and wallet, pays the seller. `escrow_lamports` cover at least one fee of
/// each function.
pub fn originate(ctx: Context<Originate>, terms: Terms, escrow_lamports: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    check_terms(&terms, &accounts.lender.floors, now)?;
    check(!accounts.vehicle.retired, LatchkeyError::VehicleRetired)?;
    check(accounts.vehicle.active_loan().is_none(), LatchkeyError::VehicleHasLoan)?;
    check(!accounts.vehicle.may_be_locked_at(now), LatchkeyError::VehicleLocked)?;
    check(accounts.seller.key() != accounts.wallet.key(), LatchkeyError::InvalidSeller)?;
    check(accounts.seller.key() != accounts.treasury.key(), LatchkeyError::InvalidSeller)?;
    let fees = sum(sum(accounts.warn.fee, accounts.lock.fee)?, accounts.unlock.fee)?;
    check(escrow_lamports >= fees, LatchkeyError::EscrowTooSmall)?;
    check_public_unlock(&terms, &accounts.unlock.uri)?;

    let loan = accounts.loan.key();
    let index = accounts.vehicle.loans;
    let parties = LoanParties {
        lender: accounts.lender.key(),
        borrower: accounts.borrower.key(),
        vehicle: accounts.vehicle.key(),
        wallet: accounts.wallet.key(),
        rent_payer: accounts.payer.key(),
    };
    let unlock = PinnedUnlock::from(&**accounts.unlock);
    let seeds = [Loan::SEED, parties.vehicle.as_ref(), &index.to_le_bytes()];
    let bump = records::create(&accounts.payer, &accounts.loan, Loan::SPACE, &seeds)?;
    records::write(&Loan::new(bump, parties, index, terms, unlock, now), &accounts.loan)?;
    let bump =
        records::create(&accounts.payer, &accounts.escrow, Escrow::SPACE, &[Escrow::SEED, loan.as_ref()])?;
    // The rent deposit as it was paid; the account may have held lamports before, and those are the escrow's.
    let rent = rent(Escrow::SPACE)?;
    let escrow = Escrow { deposited: escrow_lamports, ..Escrow::new(bump, loan, rent) };
    records::write(&escrow, &accounts.escrow)?;
    accounts.vehicle.active_loan = loan;
    accounts.vehicle.loans = index.checked_add(1).ok_or(LatchkeyError::Overflow)?;
    accounts.lender.loans_opened = sum(accounts.lender.loans_opened, 1)?;

    deposit(&accounts.payer, &accounts.escrow, escrow_lamports)?;
    Transfer {
        from: accounts.treasury.to_account_info(),
        to: accounts.seller.to_account_info(),
        authority: accounts.lender_signer.to_account_info(),
        mint: accounts.mint.to_account_info(),
        program: &accounts.token_program,
    }
    .send(terms.principal, &[])?;

    emit!(LoanOriginated {
        loan,
        lender: accounts.lender.key(),
        borrower: accounts.borrower.key(),
        vehicle: accounts.vehicle.key(),
        terms,
        seller: accounts.seller.key(),
        escrow: escrow_lamports,
    });
    Ok(())
}
