use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::InvocationRequested;
use crate::instructions::loan::payment::Before;
use crate::lamports::{available, pay, sum};
use crate::records;
use crate::rules::gates::Asker;
use crate::rules::invocation::{self as rules, Offer};
use crate::rules::loan_at::LoanAt;
use crate::rules::{payments, recovery};
use crate::state::{Action, Escrow, Function, Invocation, Lender, Loan, Vehicle};
use crate::tokens::wallet;

/// Asks for a function call and sets its fee aside. Anyone may; the rules decide.
#[derive(Accounts)]
#[instruction(action: Action)]
pub struct Request<'info> {
    /// Pays the invocation's rent and gets it back.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The lender's authority or servicer, for an unlock by the lender's own will; or the borrower, for an unlock that the
    /// loan's state makes due although no lock is on record.
    pub party: Option<Signer<'info>>,
    pub lender: Box<Account<'info, Lender>>,
    /// The function asked for. An unlock reads none: the loan pins it.
    #[account(constraint = function.is_of(&lender.key(), action) @ LatchkeyError::WrongLender)]
    pub function: Option<Box<Account<'info, Function>>>,
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = vehicle @ LatchkeyError::WrongVehicle,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
    /// Pays the fee.
    #[account(mut, dup, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    /// The invocation to create.
    /// CHECK: the handler creates it at its address.
    #[cfg_attr(
        feature = "idl-build",
        account(
            mut,
            seeds = [Invocation::SEED, vehicle.key().as_ref(), &vehicle.last_seq_asked.wrapping_add(1).to_le_bytes()],
            bump
        )
    )]
    #[cfg_attr(not(feature = "idl-build"), account(mut))]
    pub invocation: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl Request<'_> {
    fn asker(&self) -> Result<Asker> {
        match &self.party {
            None => Ok(Asker::Anyone),
            Some(party) if party.key() == self.loan.borrower => Ok(Asker::Borrower),
            Some(party) if self.lender.is_servicing(party.key) => Ok(Asker::Lender),
            Some(_) => Err(LatchkeyError::NotParty.into()),
        }
    }

    fn offer(&self, action: Action) -> Result<Offer> {
        match (action, &self.function) {
            (Action::Unlock, _) => Ok(Offer::pinned_unlock(&self.loan)),
            (_, Some(function)) => Ok(Offer::from(&***function)),
            (_, None) => Err(LatchkeyError::FunctionMissing.into()),
        }
    }
}

/// Checks the gate for the action and creates the invocation. A warning or a lock first takes what is due.
pub fn request(ctx: Context<Request>, action: Action) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let (asker, offer, wallet) = (accounts.asker()?, accounts.offer(action)?, wallet(&accounts.wallet)?);
    let (loan, vehicle) = (&mut accounts.loan, &mut accounts.vehicle);
    if asker == Asker::Borrower {
        recovery::drop_proposal(loan);
    }
    if action != Action::Unlock {
        let before = Before::new(loan);
        let looked = payments::look(loan, wallet, now)?;
        before.looked(loan, &looked);
    }
    let at = LoanAt::new(loan, wallet, now);
    rules::check_request(action, &at, &accounts.lender, vehicle, asker)?;
    let available = available(&accounts.escrow)?;
    let fee = rules::affordable_fee(&offer, loan, vehicle, available)?;
    let requested = rules::request(&offer, loan, wallet, vehicle, asker, now)?;

    let seeds = [Invocation::SEED, loan.vehicle.as_ref(), &requested.seq.to_le_bytes()];
    let bump = records::create(&accounts.payer, &accounts.invocation, Invocation::SPACE, &seeds)?;
    let invocation = Invocation {
        bump,
        fee,
        rent_payer: accounts.payer.key(),
        ..Invocation::new(&offer, loan.key(), loan, requested, now)
    };
    records::write(&invocation, &accounts.invocation)?;
    accounts.escrow.committed = sum(accounts.escrow.committed, fee)?;
    pay(&accounts.escrow.to_account_info(), &accounts.invocation, fee)?;
    emit!(InvocationRequested {
        invocation: accounts.invocation.key(),
        loan: loan.key(),
        vehicle: vehicle.key(),
        seq: requested.seq,
        action,
        fee,
        expires_at: requested.expires_at,
        escrow_after: available - fee,
    });
    Ok(())
}
