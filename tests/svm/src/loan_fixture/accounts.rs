//! The accounts as they are on chain.

use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, LoanStub, Vehicle};
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

    /// What is left of the loan once it is closed.
    pub fn stub(&self) -> LoanStub {
        self.chain.read(&self.keys.loan)
    }

    pub fn escrow(&self) -> Escrow {
        self.chain.read(&self.keys.escrow)
    }

    /// What the escrow holds above its rent deposit, lamports.
    pub fn available(&self) -> u64 {
        self.chain.lamports(&self.keys.escrow) - self.escrow().rent
    }

    /// What the wallet holds that is the lender's already, base units.
    pub fn unsent(&self) -> u64 {
        self.loan().ledger.unsent
    }

    /// What the wallet holds for the borrower, base units.
    pub fn free(&self) -> u64 {
        self.wallet() - self.unsent()
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

    /// Changes the car's account directly.
    pub fn edit_vehicle(&mut self, change: impl FnOnce(&mut Vehicle)) {
        self.chain.edit(&self.keys.vehicle, change);
    }

    /// Changes the loan directly.
    pub fn edit_loan(&mut self, change: impl FnOnce(&mut Loan)) {
        self.chain.edit(&self.keys.loan, change);
    }
}
