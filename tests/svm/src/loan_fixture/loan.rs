//! The first and the last instruction of a loan.

use latchkey::state::Terms;
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::{Instruction, Pubkey};
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::{Car, Outcome};

impl LoanFixture {
    /// `originate` of the fixture's terms, with one fee of each function in the escrow.
    pub fn originate(&mut self) -> Outcome {
        let instruction = self.origination(self.terms, self.fees());
        self.sign_origination(instruction)
    }

    /// The instruction that writes the loan.
    pub fn origination(&self, terms: Terms, escrow: u64) -> Instruction {
        let who = build::Originate {
            payer: self.payer.pubkey(),
            lender_signer: self.authority.pubkey(),
            borrower: self.borrower.pubkey(),
            seller: self.seller,
        };
        build::originate(&self.keys, &who, terms, escrow)
    }

    /// Sends an origination with all three signatures.
    pub fn sign_origination(&mut self, instruction: Instruction) -> Outcome {
        self.chain.send(&[instruction], &[&self.payer, &self.authority, &self.borrower])
    }

    /// Registers another car and writes a loan on it, on the same terms but due in the next second at the earliest.
    /// The fixture turns to it; the first car and its loan come back.
    pub fn turn_to_another_car(&mut self) -> (Car, LoanKeys) {
        self.terms.first_due = self.terms.first_due.max(self.chain.now() + 1);
        let car = Car::new("another car");
        self.register(&car).holds();
        let lender = self.lender_account();
        let keys = LoanKeys::new(self.lender, &lender, car.vehicle, 0, self.keys.token_program);
        let first = (std::mem::replace(&mut self.car, car), std::mem::replace(&mut self.keys, keys));
        self.originate().holds();
        first
    }

    /// Turns to the next loan on the same car, which is not written yet.
    pub fn turn_to_the_next_loan(&mut self) {
        let index = self.vehicle().loans;
        let lender = self.lender_account();
        let (vehicle, program) = (self.keys.vehicle, self.keys.token_program);
        self.keys = LoanKeys::new(self.lender, &lender, vehicle, index, program);
    }

    /// The instruction that closes the loan, `party` to sign. What is unsent goes to the treasury.
    pub fn closing(&self, party: &Pubkey) -> Instruction {
        self.closing_to(party, Some(self.keys.treasury))
    }

    /// The same; what is unsent goes to `lender_tokens`.
    pub fn closing_to(&self, party: &Pubkey, lender_tokens: Option<Pubkey>) -> Instruction {
        let who = build::CloseLoan {
            party: *party,
            authority: self.authority.pubkey(),
            borrower_tokens: self.savings,
            lender_tokens,
            rent_payer: self.payer.pubkey(),
        };
        build::close_loan(&self.keys, &who)
    }

    /// `close_loan` by the borrower.
    pub fn close(&mut self) -> Outcome {
        let instruction = self.closing(&self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }
}
