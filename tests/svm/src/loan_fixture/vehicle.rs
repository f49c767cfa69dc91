//! The instructions of a car.

use latchkey_client::instructions::{self as build, Secured};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::{Car, Outcome};

impl LoanFixture {
    /// `register_vehicle`, signed by payer and servicer.
    pub fn register(&mut self, car: &Car) -> Outcome {
        let enrolment = car.sign(&car.enrolment(&self.lender).encode());
        let instructions = build::register_vehicle(self.payer.pubkey(), self.servicer.pubkey(), &enrolment)
            .expect("it is an enrolment");
        self.chain.send(&instructions, &[&self.payer, &self.servicer])
    }

    /// The borrower and the loan that must agree to a change of the car, if it secures one.
    pub fn secured(&self) -> Option<Secured> {
        let loan = self.vehicle().active_loan()?;
        Some(Secured { loan, borrower: self.borrower.pubkey() })
    }

    /// `rotate_device_key` to the key of this device, signed by the servicer, and by the borrower if there is a loan.
    pub fn rotate(&mut self, device: &Car) -> Outcome {
        let enrolment = device.sign(&device.enrolment(&self.lender).encode());
        let secured = self.secured();
        let (vehicle, servicer) = (self.keys.vehicle, self.servicer.pubkey());
        let instructions = build::rotate_device_key(vehicle, servicer, secured, &enrolment);
        let signers: &[&Keypair] =
            if secured.is_some() { &[&self.servicer, &self.borrower] } else { &[&self.servicer] };
        self.chain.send(&instructions.expect("it is an enrolment"), signers)
    }

    /// Gives the car a new device of this name and turns to it; the old device comes back.
    pub fn change_device(&mut self, name: &str) -> Car {
        let device = self.car.successor(name);
        self.rotate(&device).holds();
        std::mem::replace(&mut self.car, device)
    }

    /// `distrust_device` by the authority.
    pub fn distrust(&mut self) -> Outcome {
        let instruction = build::distrust_device(self.lender, self.keys.vehicle, self.authority.pubkey());
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `retire_vehicle` by the servicer.
    pub fn retire(&mut self) -> Outcome {
        let instruction = build::retire_vehicle(self.lender, self.keys.vehicle, self.servicer.pubkey());
        self.chain.send(&[instruction], &[&self.servicer])
    }
}
