//! A call to be changed and sent.

use crate::{LoanFixture, Outcome, person};
use latchkey_client::{Instruction, Pubkey};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::Door;

/// A call about to be made, its last instruction the door's.
pub struct Attempt {
    pub(super) door: &'static Door,
    /// Where it is made.
    pub fixture: LoanFixture,
    /// What is sent.
    pub instructions: Vec<Instruction>,
}

impl Attempt {
    /// The door's own instruction.
    pub fn last(&mut self) -> &mut Instruction {
        self.instructions.last_mut().expect("a door has an instruction")
    }

    fn place(&self, account: &str) -> usize {
        let names = self.door.accounts();
        names.iter().position(|name| *name == account).expect("the instruction has this account")
    }

    /// The account of this name.
    pub fn account(&mut self, name: &str) -> Pubkey {
        let place = self.place(name);
        self.last().accounts[place].pubkey
    }

    /// Another account in the place of this name's.
    #[must_use]
    pub fn swap(mut self, name: &str, to: Pubkey) -> Self {
        let place = self.place(name);
        self.last().accounts[place].pubkey = to;
        self
    }

    /// The account of this name without its signature.
    #[must_use]
    pub fn unsigned(mut self, name: &str) -> Self {
        let place = self.place(name);
        self.last().accounts[place].is_signer = false;
        self
    }

    /// Sends it with every signature that it names.
    pub fn send(self) -> Outcome {
        let Self { mut fixture, instructions, .. } = self;
        send(&mut fixture, &instructions)
    }
}

/// Sends instructions with every signature that they name.
pub fn send(fixture: &mut LoanFixture, instructions: &[Instruction]) -> Outcome {
    let signers = signers(instructions);
    fixture.chain.send(instructions, &signers.iter().collect::<Vec<_>>())
}

/// The keys of all signers.
pub fn signers(instructions: &[Instruction]) -> Vec<Keypair> {
    let names = [
        "authority",
        "servicer",
        "borrower",
        "payer",
        "keeper",
        "rival",
        "stranger",
        "nominee",
        "new borrower",
        "buyer",
        "foreign authority",
        "foreign servicer",
    ];
    let asked: Vec<_> = instructions
        .iter()
        .flat_map(|it| &it.accounts)
        .filter(|it| it.is_signer)
        .map(|it| it.pubkey)
        .collect();
    names.map(person).into_iter().filter(|key| asked.contains(&key.pubkey())).collect()
}
