//! The accounts as they are on chain.

use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, Vehicle};
use latchkey_client::{Pubkey, pda};

use super::LoanFixture;

impl LoanFixture {
    /// The lender.
    pub fn lender_account(&self) -> Lender {
        self.chain.read(&self.lender)
    }

    /// One of its functions.
    pub fn function(&self, action: Action) -> Function {
        self.chain.read(&pda::function(&self.lender, action))
    }

    /// The car's account.
    pub fn vehicle(&self) -> Vehicle {
        self.chain.read(&self.keys.vehicle)
    }

    pub fn loan(&self) -> Loan {
        self.chain.read(&self.keys.loan)
    }

    pub fn escrow(&self) -> Escrow {
        self.chain.read(&self.keys.escrow)
    }

    /// What the escrow holds above its rent, lamports.
    pub fn available(&self) -> u64 {
        self.chain.lamports(&self.keys.escrow) - self.chain.rent_of(&self.keys.escrow)
    }

    /// What the car wallet holds, base units.
    pub fn wallet(&self) -> u64 {
        self.chain.tokens(&self.keys.wallet)
    }

    /// An invocation.
    pub fn invocation(&self, seq: u64) -> Invocation {
        self.chain.read(&self.invocation_key(seq))
    }

    /// The address of an invocation.
    pub fn invocation_key(&self, seq: u64) -> Pubkey {
        pda::invocation(&self.keys.vehicle, seq)
    }

    /// Changes the lender directly.
    pub fn edit_lender(&mut self, change: impl FnOnce(&mut Lender)) {
        self.chain.edit(&self.lender, change);
    }

    /// Changes the loan directly.
    pub fn edit_loan(&mut self, change: impl FnOnce(&mut Loan)) {
        self.chain.edit(&self.keys.loan, change);
    }
}
