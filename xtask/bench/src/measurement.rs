//! What one transaction costs, and how it is measured.

use std::collections::BTreeSet;

use latchkey_client::Instruction;
use latchkey_tests_svm::TestChain;
use serde::Serialize;
use solana_sdk::message::Message;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

/// What one attempt at a bump costs this program, compute units: for a car, as a test measures. Longer seeds take some more.
pub const BUMP_UNITS: u64 = 333;

/// What one costs a program that has the runtime search.
pub const RUNTIME_BUMP_UNITS: u64 = 1_500;

/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 64;

/// What an instruction costs, measured in the smallest transaction that can hold it: a legacy one, its own signers the
/// only ones, with the ed25519 instruction where the program demands one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measurement {
    /// The instruction's name.
    pub instruction: String,
    /// Compute units.
    pub compute_units: u64,
    /// Bytes of the transaction.
    pub bytes: usize,
    /// Accounts the instruction names; of several instructions, accounts the transaction names.
    pub accounts: usize,
    /// Compute units that went to bumps that missed: with other keys it is more or less.
    #[serde(skip)]
    pub missed: u64,
}

/// Measures transactions, and remembers what they cost.
#[derive(Debug, Default)]
pub struct Meter {
    measured: Vec<Measurement>,
}

impl Meter {
    /// Sends the transaction, which must succeed. The last instruction is the one measured; `missed` is what it spends on
    /// bumps that miss.
    #[track_caller]
    pub fn measure(
        &mut self,
        name: &str,
        chain: &mut TestChain,
        instructions: &[Instruction],
        signers: &[&Keypair],
        missed: u64,
    ) {
        let bytes = transaction_bytes(instructions, signers);
        let compute_units = chain.send(instructions, signers).holds().compute_units;
        let accounts = instructions.last().map_or(0, |instruction| instruction.accounts.len());
        let instruction = name.to_owned();
        self.measured.push(Measurement { instruction, compute_units, bytes, accounts, missed });
    }

    /// Sends the transaction, which must succeed, and measures all of it.
    #[track_caller]
    pub fn measure_all(
        &mut self,
        name: &str,
        chain: &mut TestChain,
        instructions: &[Instruction],
        signer: &Keypair,
        missed: u64,
    ) {
        self.measure(name, chain, instructions, &[signer], missed);
        let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let accounts: BTreeSet<_> = metas.map(|meta| meta.pubkey).collect();
        if let Some(measurement) = self.measured.last_mut() {
            measurement.accounts = accounts.len();
        }
    }

    /// Whether an instruction of this name was measured.
    pub fn has_measured(&self, name: &str) -> bool {
        self.measured.iter().any(|measurement| measurement.instruction == name)
    }

    /// What was measured, in order.
    pub fn into_measured(self) -> Vec<Measurement> {
        self.measured
    }
}

/// The size of the smallest legacy transaction: its payer is the first signer, or an account that is not in it otherwise.
fn transaction_bytes(instructions: &[Instruction], signers: &[&Keypair]) -> usize {
    let bystander = Pubkey::new_from_array([1; 32]);
    let payer = signers.first().map_or(bystander, Signer::pubkey);
    let message = Message::new(instructions, Some(&payer));
    let signatures = usize::from(message.header.num_required_signatures);
    // The number of signatures is one byte below 128 of them.
    1 + signatures * SIGNATURE_BYTES + message.serialize().len()
}
