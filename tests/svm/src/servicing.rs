//! What changes a lender, a car or a loan besides payments and function calls.

use latchkey::state::PolicyFloors;
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self as build, Secured};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::{Car, LoanFixture, Outcome};

impl LoanFixture {
    // The lender.

    /// `set_policy` by the authority.
    pub fn set_policy(&mut self, floors: PolicyFloors) -> Outcome {
        let instruction = build::set_policy(self.lender, self.authority.pubkey(), floors);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `nominate_authority` by the authority.
    pub fn nominate(&mut self, nominee: Option<Pubkey>) -> Outcome {
        let instruction = build::nominate_authority(self.lender, self.authority.pubkey(), nominee);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `accept_authority` by a nominee, with this treasury.
    pub fn accept(&mut self, nominee: &Keypair, treasury: Pubkey) -> Outcome {
        let instruction = build::accept_authority(self.lender, nominee.pubkey(), treasury);
        self.chain.send(&[instruction], &[nominee])
    }

    /// `set_servicer` by the authority.
    pub fn set_servicer(&mut self, servicer: Pubkey) -> Outcome {
        let instruction = build::set_servicer(self.lender, self.authority.pubkey(), servicer);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `set_keepers` by the authority.
    pub fn set_keepers(&mut self, keepers: Vec<Pubkey>) -> Outcome {
        let instruction = build::set_keepers(self.lender, self.authority.pubkey(), keepers);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `pause` by the servicer.
    pub fn pause(&mut self, secs: u32) -> Outcome {
        let instruction = build::pause(self.lender, self.servicer.pubkey(), secs);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `unpause` by the servicer.
    pub fn unpause(&mut self) -> Outcome {
        let instruction = build::unpause(self.lender, self.servicer.pubkey());
        self.chain.send(&[instruction], &[&self.servicer])
    }

    // The car.

    /// The borrower and the loan that must agree to a change of the car, if it secures one.
    pub fn secured(&self) -> Option<Secured> {
        let loan = self.vehicle().active_loan?;
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

    /// `retire_vehicle` by the servicer.
    pub fn retire(&mut self) -> Outcome {
        let instruction = build::retire_vehicle(self.lender, self.keys.vehicle, self.servicer.pubkey());
        self.chain.send(&[instruction], &[&self.servicer])
    }

    // The loan.

    /// `withdraw_escrow` by the authority.
    pub fn withdraw_escrow(&mut self, lamports: u64) -> Outcome {
        let instruction = build::withdraw_escrow(&self.keys, self.authority.pubkey(), lamports);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `withdraw_surplus` by the borrower, into the savings.
    pub fn withdraw_surplus(&mut self, amount: u64) -> Outcome {
        let borrower = self.borrower.pubkey();
        let instruction = build::withdraw_surplus(&self.keys, borrower, self.savings, amount);
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `place_hold` by the servicer.
    pub fn place_hold(&mut self, until: i64) -> Outcome {
        let instruction = build::place_hold(&self.keys, self.servicer.pubkey(), until);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `lift_hold` by servicer and borrower.
    pub fn lift_hold(&mut self) -> Outcome {
        let instruction = build::lift_hold(&self.keys, self.servicer.pubkey(), self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.servicer, &self.borrower])
    }

    /// `extend` by servicer and borrower.
    pub fn extend(&mut self) -> Outcome {
        let instruction = build::extend(&self.keys, self.servicer.pubkey(), self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.servicer, &self.borrower])
    }

    /// `waive_fees` by the servicer.
    pub fn waive_fees(&mut self, amount: u64) -> Outcome {
        let instruction = build::waive_fees(&self.keys, self.servicer.pubkey(), amount);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `emergency_start` by the borrower.
    pub fn emergency_start(&mut self) -> Outcome {
        let instruction = build::emergency_start(&self.keys, self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `charge_off` by the servicer.
    pub fn charge_off(&mut self) -> Outcome {
        let instruction = build::charge_off(&self.keys, self.servicer.pubkey());
        self.chain.send(&[instruction], &[&self.servicer])
    }
}
