//! One builder an instruction. Each derives what can be derived and asks for the rest by name.

mod invocation;
mod lender;
mod loan;
mod parties;
mod proof;
mod servicing;
mod vehicle;

pub use invocation::*;
pub use lender::*;
pub use loan::*;
pub use parties::*;
pub use proof::proof;
pub use servicing::*;
pub use vehicle::*;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use latchkey::state::{Lender, Loan};

use crate::pda;

const SYSTEM_PROGRAM: Pubkey = anchor_lang::system_program::ID;

/// The addresses around one loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoanKeys {
    /// Who lent.
    pub lender: Pubkey,
    /// The car.
    pub vehicle: Pubkey,
    /// The loan.
    pub loan: Pubkey,
    /// Its escrow.
    pub escrow: Pubkey,
    /// The car wallet.
    pub wallet: Pubkey,
    /// What it is paid in.
    pub mint: Pubkey,
    /// Where the lender is paid.
    pub treasury: Pubkey,
    /// The token program that owns the mint.
    pub token_program: Pubkey,
}

impl LoanKeys {
    /// The addresses of the vehicle's loan of this index. `lender` is at `lender_key`, and `token_program` owns its
    /// mint.
    pub fn new(
        lender_key: Pubkey,
        lender: &Lender,
        vehicle: Pubkey,
        index: u32,
        token_program: Pubkey,
    ) -> Self {
        let loan = pda::loan(&vehicle, index);
        Self {
            lender: lender_key,
            vehicle,
            loan,
            escrow: pda::escrow(&loan),
            wallet: pda::wallet(&loan, &lender.mint, &token_program),
            mint: lender.mint,
            treasury: lender.treasury,
            token_program,
        }
    }

    /// The addresses of a loan that exists.
    pub fn of(loan: &Loan, lender: &Lender, token_program: Pubkey) -> Self {
        Self::new(loan.lender, lender, loan.vehicle, loan.index, token_program)
    }
}

fn build(accounts: &impl ToAccountMetas, data: &impl InstructionData) -> Instruction {
    Instruction { program_id: latchkey::ID, accounts: accounts.to_account_metas(None), data: data.data() }
}
