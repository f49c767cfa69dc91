//! Who lends and who owes: a sale, and another key of the borrower.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Action, Function};
use latchkey_client::Pubkey;
use latchkey_protocol::sealed::sha256;
use latchkey_protocol::{KeySet, Keyring};

use super::{Agreement, Fault, Model, Step, ask, loan::may_be_locked};
use crate::moves::Proof;
use crate::parties::{self, House, Who};

/// A day.
const DAY: i64 = 86_400;

/// How old the car's receipt of the new keyring is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mandate {
    /// Seven days to the second.
    SevenDays,
    /// Fresh.
    Fresh,
    /// A second more than seven days.
    TooOld,
    /// A minute and a second ahead of the chain.
    Ahead,
}

impl Mandate {
    /// Seconds from now.
    pub fn offset(self) -> i64 {
        match self {
            Self::SevenDays => -7 * DAY,
            Self::Fresh => 60,
            Self::TooOld => -7 * DAY - 1,
            Self::Ahead => 61,
        }
    }
}

/// The hash of the keyring that a lender's functions make.
pub fn keyring_hash(model: &Model, house: House) -> Option<[u8; 32]> {
    let set = |action| {
        let function: &Function = model.functions.get(&(house, action))?;
        Some(KeySet { required: function.required, keys: function.command_keys.map(|key| key.to_bytes()) })
    };
    let keyring = Keyring {
        lender: parties::lender(house).to_bytes(),
        warn: set(Action::Warn)?,
        lock: set(Action::Lock)?,
        unlock: set(Action::Unlock)?,
    };
    Some(sha256(&keyring.encode()))
}

impl Model {
    pub(crate) fn assign(
        &mut self,
        seller: Who,
        buyer: Who,
        agreement: Agreement,
        mandate: Mandate,
        proof: Proof,
    ) -> Step {
        let (now, to) = (self.now, self.home.other());
        self.contract()?;
        self.owned(seller)?;
        let authority = self.lenders.get(&to).ok_or("no buyer")?.authority;
        ask(authority == buyer.key(), Rule::NotAuthority);
        Self::agreed(agreement);
        let unlock = self.functions.get(&(to, Action::Unlock)).ok_or("a function is missing")?.clone();
        keyring_hash(self, to).ok_or("a function is missing")?;
        ask(!may_be_locked(self.car()?.asked, now), Rule::VehicleLocked);
        match proof {
            Proof::Right => {}
            Proof::Missing => ask(false, Rule::ProofMissing),
            Proof::OtherKey => ask(false, Rule::ProofWrongKey),
            Proof::OtherMessage | Proof::Refusal => ask(false, Rule::ProofWrongMessage),
        }
        ask(!matches!(mandate, Mandate::TooOld | Mandate::Ahead), Rule::HandOverTooOld);
        let contract = self.running()?;
        ask(contract.is_owing(), Rule::LoanPaidOff);
        ask(contract.books.unsent == 0, Rule::UnsentRemains);
        ask(contract.loan.invocations_open == 0, Rule::InvocationsOpen);
        contract.loan.lender = parties::lender(to);
        let is_public = unlock.uri.starts_with("https://");
        ask(is_public || !contract.loan.terms.public_unlock, Rule::TermsPublicUnlock);
        contract.loan.unlock_keys = joined(contract.loan.unlock_keys, unlock.command_keys);
        contract.loan.unlock_uri = unlock.uri;
        contract.loan.revision += 1;
        self.car_mut()?.lender = parties::lender(to);
        self.lenders.get_mut(&self.home).ok_or("no seller")?.loans_closed += 1;
        self.lenders.get_mut(&to).ok_or("no buyer")?.loans_opened += 1;
        self.home = to;
        Ok(())
    }

    pub(crate) fn rotate_borrower(&mut self, old: Who, new: Who) -> Step {
        self.borrowed(old, false)?;
        let contract = self.running()?;
        ask(new.key() != contract.loan.borrower, Rule::SameBorrowerKey);
        contract.loan.borrower = new.key();
        contract.loan.revision += 1;
        Ok(())
    }

    pub(crate) fn recover_borrower(&mut self, by: Who, new: Who, signs: bool) -> Step {
        self.contract()?;
        self.owned(by)?;
        let now = self.now;
        let contract = self.running()?;
        ask(new.key() != contract.loan.borrower, Rule::SameBorrowerKey);
        if contract.loan.recovery_key == new.key() {
            let over = now >= contract.loan.recovery_from || contract.errs(Fault::RecoversAtOnce);
            ask(over, Rule::RecoveryTooEarly);
            ask(signs, Rule::NewKeyMustSign);
            contract.loan.borrower = new.key();
            contract.loan.recovered_until = now + 90 * DAY;
            contract.loan.revision += 1;
            contract.borrower_is_here();
        } else {
            ask(now >= contract.loan.recovery_barred_until, Rule::RecoveryBarred);
            contract.loan.recovery_key = new.key();
            contract.loan.recovery_from = now + 14 * DAY;
        }
        Ok(())
    }

    pub(crate) fn refuse_recovery(&mut self, by: Who) -> Step {
        let now = self.now;
        let proposed = self.contract()?.loan.recovery_key;
        ask(proposed != Pubkey::default(), Rule::NoRecovery);
        self.borrowed(by, false)?;
        self.running()?.loan.recovery_barred_until = now + 90 * DAY;
        Ok(())
    }
}

/// The buyer's keys before those there are; the newest six stay.
fn joined(old: [Pubkey; 6], new: [Pubkey; 3]) -> [Pubkey; 6] {
    let none = Pubkey::default();
    let mut keys: Vec<Pubkey> = Vec::new();
    for key in new.into_iter().chain(old) {
        if key != none && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.resize(6, none);
    keys.try_into().expect("six of them")
}
