use anchor_lang::prelude::*;
use latchkey_protocol::HandOverReceipt;

use crate::errors::LatchkeyError;
use crate::events::LoanAssigned;
use crate::lamports::sum;
use crate::proof::{INSTRUCTIONS_SYSVAR, check_signed, sha256};
use crate::rules::sale::{check_sale, keyring, sell};
use crate::rules::servicing;
use crate::state::{Action, Function, Lender, Loan, Vehicle};

/// What a sale says, and for which revision of the loan it was agreed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct AssignArgs {
    /// The loan's revision.
    pub revision: u32,
    /// It counts up to this second.
    pub deadline: i64,
    /// The car's clock in its receipt of the keyring hand-over.
    pub device_time: i64,
    /// The nonce in that receipt.
    pub nonce: [u8; 32],
}

/// Sells a loan to another lender of the same mint. Both authorities sign, and the car has proven, in the instruction just
/// before, that it obeys the buyer's keys. Terms, hold, stay, notices and emergency starts stay; the escrow goes along.
#[derive(Accounts)]
pub struct Assign<'info> {
    /// The seller's authority.
    pub authority: Signer<'info>,
    /// The buyer's authority.
    pub buyer_authority: Signer<'info>,
    #[account(mut, dup, has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Box<Account<'info, Lender>>,
    /// The buyer. `dup` leaves it to the handler to say that it is not the seller.
    #[account(
        mut,
        dup,
        constraint = buyer.authority == buyer_authority.key() @ LatchkeyError::NotAuthority,
        constraint = buyer.mint == lender.mint @ LatchkeyError::BuyerMint,
        constraint = buyer.key() != lender.key() @ LatchkeyError::SameLender
    )]
    pub buyer: Box<Account<'info, Lender>>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = vehicle @ LatchkeyError::WrongVehicle
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// The buyer's warning.
    #[account(constraint = warn.is_of(&buyer.key(), Action::Warn) @ LatchkeyError::WrongLender)]
    pub warn: Box<Account<'info, Function>>,
    /// The buyer's lock.
    #[account(constraint = lock.is_of(&buyer.key(), Action::Lock) @ LatchkeyError::WrongLender)]
    pub lock: Box<Account<'info, Function>>,
    /// The buyer's unlock.
    #[account(constraint = unlock.is_of(&buyer.key(), Action::Unlock) @ LatchkeyError::WrongLender)]
    pub unlock: Box<Account<'info, Function>>,
    /// CHECK: the instructions sysvar, by address.
    #[account(address = INSTRUCTIONS_SYSVAR)]
    pub instructions: UncheckedAccount<'info>,
}

/// Checks the car's receipt and moves loan and car to the buyer.
pub fn assign(ctx: Context<Assign>, args: AssignArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let AssignArgs { revision, deadline, device_time, nonce } = args;
    let accounts = ctx.accounts;
    let buyer = accounts.buyer.key();
    servicing::check_agreed(&accounts.loan, revision, deadline, now)?;
    check_sale(&accounts.loan, &accounts.vehicle, &accounts.unlock, device_time, now)?;
    let keyring = keyring(buyer, &accounts.warn, &accounts.lock, &accounts.unlock);
    let receipt = HandOverReceipt {
        program: crate::ID.to_bytes(),
        vehicle: accounts.vehicle.key().to_bytes(),
        lender: buyer.to_bytes(),
        keyring_hash: sha256(&keyring.encode()),
        nonce,
        device_time,
    };
    check_signed(&accounts.instructions, &accounts.vehicle.device_key, &receipt.encode())?;

    sell(&mut accounts.loan, &mut accounts.vehicle, buyer, &accounts.unlock)?;
    accounts.lender.loans_closed = sum(accounts.lender.loans_closed, 1)?;
    accounts.buyer.loans_opened = sum(accounts.buyer.loans_opened, 1)?;
    emit!(LoanAssigned {
        loan: accounts.loan.key(),
        vehicle: accounts.vehicle.key(),
        before: accounts.lender.key(),
        after: buyer,
        device_time,
    });
    Ok(())
}
