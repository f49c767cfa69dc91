//! The sale of a loan to another lender, before it is signed: which rule refuses it, and what changes with it.

use anchor_lang::prelude::Pubkey;
use latchkey::errors::LatchkeyError as E;
use latchkey::rules::Ruled;
use latchkey::rules::sale::{check_sale, keyring, sell};
use latchkey::state::{Action, Function, Lender, Loan, Vehicle};
use latchkey_protocol::Keyring;

/// A loan, who sells it, and who would buy it.
#[derive(Clone, Copy)]
pub struct ProposedSale<'a> {
    /// The loan.
    pub loan: &'a Loan,
    /// Its car.
    pub vehicle: &'a Vehicle,
    /// Its lender.
    pub seller: &'a Lender,
    /// Who would buy it.
    pub buyer: &'a Lender,
    /// The buyer's address.
    pub buyer_address: Pubkey,
    /// The buyer's warning.
    pub warn: &'a Function,
    /// The buyer's lock.
    pub lock: &'a Function,
    /// The buyer's unlock.
    pub unlock: &'a Function,
}

impl ProposedSale<'_> {
    /// Whether the contract takes the sale at `now`, on a receipt of the car of `device_time`.
    pub fn check(&self, device_time: i64, now: i64) -> Ruled<()> {
        let Self { loan, vehicle, seller, buyer, buyer_address, warn, lock, unlock } = *self;
        if buyer.mint != seller.mint {
            return Err(E::BuyerMint);
        }
        if buyer_address == loan.lender {
            return Err(E::SameLender);
        }
        let offered = [(warn, Action::Warn), (lock, Action::Lock), (unlock, Action::Unlock)];
        if offered.iter().any(|(function, action)| !function.is_of(&buyer_address, *action)) {
            return Err(E::WrongLender);
        }
        check_sale(loan, vehicle, unlock, device_time, now)
    }

    /// What the car must have taken before the sale: the keys of the buyer's functions as they are now.
    pub fn keyring(&self) -> Keyring {
        keyring(self.buyer_address, self.warn, self.lock, self.unlock)
    }

    /// The loan as the sale leaves it.
    pub fn sold(&self) -> Ruled<Loan> {
        let (mut loan, mut vehicle) = (self.loan.clone(), self.vehicle.clone());
        sell(&mut loan, &mut vehicle, self.buyer_address, self.unlock)?;
        Ok(loan)
    }
}
