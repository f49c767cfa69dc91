//! Every instruction at a moment where it succeeds. An attack changes one thing about it.
//!
//! A door also says who must sign and which accounts must belong to each other, with the error for
//! anything else. A new instruction needs one door, in the file of its area; [`gaps`] finds what was forgotten.

mod attempt;
mod borrower_key;
mod escrow;
mod invocation;
mod lender;
mod loan;
mod payments;
mod servicing;
mod vehicle;

use crate::LoanFixture;
use crate::interface::{differences, instruction, is_ours};
use latchkey::errors::LatchkeyError;
use latchkey_client::Instruction;

use crate::Expected;
use crate::checkpoint::{Checkpoint, Checkpoints};

pub use attempt::{Attempt, send, signers};

/// An instruction, and when it succeeds.
pub struct Door {
    /// The instruction's name in the program's interface.
    pub name: &'static str,
    /// Which of its uses, where there is more than one.
    pub of: &'static str,
    /// When it succeeds.
    pub checkpoint: Checkpoint,
    /// Optional accounts that this use leaves out.
    pub without: &'static [&'static str],
    /// Accounts that it creates.
    pub creates: &'static [&'static str],
    /// Accounts that one person alone may sign as, and the rule that stops any other signer.
    pub signed_by: &'static [(&'static str, LatchkeyError)],
    /// Accounts that must be of this lender, loan and car, and what stops the attacker's own.
    pub foreign: &'static [(&'static str, Expected)],
    /// Accounts that must be of this loan, and what stops those of another loan of the same parties.
    pub sibling: &'static [(&'static str, Expected)],
    build: fn(&LoanFixture) -> Vec<Instruction>,
}

const fn door(
    name: &'static str,
    checkpoint: Checkpoint,
    build: fn(&LoanFixture) -> Vec<Instruction>,
) -> Door {
    Door {
        name,
        of: "",
        checkpoint,
        without: &[],
        creates: &[],
        signed_by: &[],
        foreign: &[],
        sibling: &[],
        build,
    }
}

const fn rule(rule: LatchkeyError) -> Expected {
    Expected::Rule(rule)
}

/// Every door.
pub fn doors() -> impl Iterator<Item = &'static Door> {
    [
        lender::DOORS,
        vehicle::DOORS,
        loan::DOORS,
        payments::DOORS,
        servicing::DOORS,
        borrower_key::DOORS,
        escrow::DOORS,
        invocation::DOORS,
    ]
    .into_iter()
    .flatten()
}

/// The first door of an instruction.
pub fn find(name: &str) -> &'static Door {
    doors().find(|door| door.name == name).expect("every instruction has a door")
}

/// The door of this use.
pub fn find_use(of: &str) -> &'static Door {
    doors().find(|door| door.of == of).expect("there is such a door")
}

/// What the doors forget: instructions of the interface without one, and accounts of the program that an instruction
/// reads although no attack puts the attacker's own in their place.
pub fn gaps() -> Vec<String> {
    const FIX: &str = "add a door to the file of its area in tests/svm/src/doors/";
    let mut gaps = differences(doors().map(|door| door.name), FIX);
    for door in doors() {
        let covered = |account: &str| {
            door.creates.contains(&account) || door.foreign.iter().any(|(name, _)| *name == account)
        };
        let open = door.accounts().into_iter().filter(|account| is_ours(account) && !covered(account));
        gaps.extend(open.map(|account| {
            format!(
                "{}: no attack swaps its {account}: add the account to the door's `foreign`, or to `creates`",
                door.label()
            )
        }));
    }
    gaps
}

impl Door {
    const fn of(mut self, of: &'static str) -> Self {
        self.of = of;
        self
    }

    const fn without(mut self, accounts: &'static [&'static str]) -> Self {
        self.without = accounts;
        self
    }

    const fn creates(mut self, accounts: &'static [&'static str]) -> Self {
        self.creates = accounts;
        self
    }

    const fn signed_by(mut self, accounts: &'static [(&'static str, LatchkeyError)]) -> Self {
        self.signed_by = accounts;
        self
    }

    const fn foreign(mut self, accounts: &'static [(&'static str, Expected)]) -> Self {
        self.foreign = accounts;
        self
    }

    const fn sibling(mut self, accounts: &'static [(&'static str, Expected)]) -> Self {
        self.sibling = accounts;
        self
    }

    /// Its name and use.
    pub fn label(&self) -> String {
        if self.of.is_empty() { self.name.to_owned() } else { format!("{} {}", self.name, self.of) }
    }

    /// The names of its accounts, in order.
    pub fn accounts(&self) -> Vec<&'static str> {
        instruction(self.name).accounts.iter().map(|account| account.name.as_str()).collect()
    }

    /// The accounts that sign.
    pub fn signing(&self) -> Vec<&'static str> {
        let signers = instruction(self.name).accounts.iter().filter(|account| account.signer);
        signers.map(|account| account.name.as_str()).filter(|name| !self.without.contains(name)).collect()
    }

    /// The honest call, to be changed.
    pub fn attempt(&'static self, checkpoints: &mut Checkpoints) -> Attempt {
        let fixture = checkpoints.at(self.checkpoint);
        let instructions = (self.build)(&fixture);
        Attempt { door: self, fixture, instructions }
    }
}
