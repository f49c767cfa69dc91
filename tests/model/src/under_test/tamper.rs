//! What is wrong with a transaction besides who sends it.

use latchkey_client::{Instruction, pda};

use super::ChainUnderTest;
use crate::calls::Call;
use crate::moves::Tampering;
use crate::parties;
use crate::reference::Model;

impl ChainUnderTest {
    /// Puts a defect into a transaction where it applies. Returns whether it did.
    pub fn tamper(
        &mut self,
        call: &Call,
        tampering: Tampering,
        model: &Model,
        transaction: &mut [Instruction],
    ) -> bool {
        let keys = self.present_keys(model);
        let Some(instruction) = transaction.last_mut() else {
            return false;
        };
        match tampering {
            Tampering::None => false,
            Tampering::Unsigned(n) => {
                let signers: Vec<_> = instruction
                    .accounts
                    .iter()
                    .filter(|meta| meta.is_signer)
                    .map(|meta| meta.pubkey)
                    .collect();
                let Some(chosen) = signers.get(n % signers.len().max(1)).copied() else {
                    return false;
                };
                for meta in instruction.accounts.iter_mut().filter(|meta| meta.pubkey == chosen) {
                    meta.is_signer = false;
                }
                true
            }
            // Anyone may fund any escrow.
            Tampering::Swapped(_) if matches!(call, Call::FundEscrow(..)) => false,
            // Where nothing is taken from the payer or given back to a keeper, nobody looks at their accounts.
            Tampering::Swapped(_) if matches!(call, Call::PayOff(..) | Call::Expire(..)) => false,
            Tampering::Swapped(n) => {
                let invocations = model.invocations.keys().map(|seq| parties::invocation(*seq));
                let decoys = pda::invocation(&self.decoy.vehicle, 1);
                let mut swaps = self.swaps.clone();
                swaps.extend(invocations.map(|ours| (ours, decoys)));
                swaps.extend([
                    (keys.loan, self.decoy.loan),
                    (keys.escrow, self.decoy.escrow),
                    (keys.wallet, self.decoy.wallet),
                ]);
                let mut places: Vec<_> = instruction
                    .accounts
                    .iter_mut()
                    .filter(|meta| !meta.is_signer && swaps.contains_key(&meta.pubkey))
                    .collect();
                let count = places.len();
                let Some(place) = places.get_mut(n % count.max(1)) else {
                    return false;
                };
                place.pubkey = swaps[&place.pubkey];
                true
            }
        }
    }
}
