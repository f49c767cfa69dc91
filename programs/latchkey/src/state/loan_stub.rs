use anchor_lang::prelude::*;
use latchkey_layout::Record;

use super::{Loan, Version};

/// What is left of a closed loan: it remembers whose wallet it was, so that the borrower can take back what is sent
/// there later. It stands at the loan's address, and its fields at the loan's offsets.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct LoanStub {
    /// Layout version.
    pub version: Version,
    /// PDA bump.
    pub bump: u8,
    /// Who lent.
    pub lender: Pubkey,
    /// Who owed, and owns what the wallet receives.
    pub borrower: Pubkey,
    /// The car that secured it.
    pub vehicle: Pubkey,
    /// The car wallet there was.
    pub wallet: Pubkey,
    /// Which loan on the vehicle, from 0.
    pub index: u32,
}

impl From<&Loan> for LoanStub {
    fn from(loan: &Loan) -> Self {
        let Loan { version, bump, lender, borrower, vehicle, wallet, index, .. } = *loan;
        Self { version, bump, lender, borrower, vehicle, wallet, index }
    }
}
