//! The car.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{AskedLock, LockState, OpenInvocation, Vehicle, Version};
use latchkey_client::Pubkey;

use super::{Model, Step, ask};
use crate::moves::Proof;
use crate::parties::{self, Who};

impl Model {
    /// What a proof before an instruction is worth.
    pub(super) fn proven(proof: Proof) {
        match proof {
            Proof::Right => {}
            Proof::Missing => ask(false, Rule::ProofMissing),
            Proof::OtherKey => ask(false, Rule::ProofWrongKey),
            Proof::OtherMessage | Proof::Refusal => ask(false, Rule::ProofWrongMessage),
        }
    }

    pub(crate) fn register_vehicle(&mut self, by: Who, proof: Proof) -> Step {
        self.serviced(by)?;
        ask(self.vehicle.is_none(), "the car exists");
        Self::proven(proof);
        self.spend(&Who::Payer.key(), self.rents.vehicle)?;
        self.lenders.get_mut(&self.home).ok_or("no lender")?.vehicles += 1;
        self.vehicle = Some(Vehicle {
            version: Version::CURRENT,
            bump: 0,
            lender: parties::lender(self.home),
            first_device_key: parties::device_key(0),
            device_key: parties::device_key(0),
            vin_commitment: parties::VIN,
            active_loan: Pubkey::default(),
            distrusted: false,
            retired: false,
            loans: 0,
            last_seq_asked: 0,
            last_seq_proven: 0,
            void_through: 0,
            last_unlock_asked: 0,
            lock: LockState::UNLOCKED,
            asked: AskedLock::NONE,
            open: OpenInvocation::NONE,
        });
        Ok(())
    }

    pub(crate) fn rotate_device_key(
        &mut self,
        by: Who,
        borrower: Option<Who>,
        device: usize,
        proof: Proof,
    ) -> Step {
        self.car()?;
        self.serviced(by)?;
        if self.contract.is_some() {
            if let Some(borrower) = borrower {
                self.borrowed(borrower, false)?;
            } else {
                // Without a borrower the transaction names no loan either.
                ask(false, Rule::NotBorrower);
                ask(false, Rule::WrongLoan);
            }
        }
        Self::proven(proof);
        let car = self.car_mut()?;
        ask(!car.retired, Rule::VehicleRetired);
        ask(parties::device_key(device) != car.device_key, Rule::SameDeviceKey);
        car.device_key = parties::device_key(device);
        car.distrusted = false;
        car.void_through = car.last_seq_asked;
        car.last_seq_asked += 1;
        car.open = OpenInvocation::NONE;
        self.device = device;
        Ok(())
    }

    pub(crate) fn distrust_device(&mut self, by: Who) -> Step {
        self.car()?;
        self.owned(by)?;
        let car = self.car_mut()?;
        ask(!car.distrusted, Rule::AlreadyDistrusted);
        car.distrusted = true;
        Ok(())
    }

    pub(crate) fn retire_vehicle(&mut self, by: Who) -> Step {
        self.car()?;
        self.serviced(by)?;
        let car = self.car_mut()?;
        ask(car.active_loan == Pubkey::default(), Rule::VehicleHasLoan);
        ask(!car.retired, Rule::VehicleRetired);
        car.retired = true;
        Ok(())
    }
}
