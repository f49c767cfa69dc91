//! From instructions to signed bytes, and the check that nobody but the keeper is made to sign.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

/// A transaction this keeper will not sign.
#[derive(Debug, thiserror::Error)]
pub enum UnsafeTransaction {
    /// A signer it does not know.
    #[error("a transaction wants the signature of {0}: the keeper signs for itself alone")]
    ForeignSigner(Pubkey),
    /// More than it may spend.
    #[error("a transaction would cost the keeper {drop} lamports, max_outlay_lamports is {most}")]
    TooDear {
        /// How much the keeper's balance would fall, lamports.
        drop: u64,
        /// How much it may fall, lamports.
        most: u64,
    },
}

/// Signs with the keeper's key, which also pays.
pub fn sign(
    instructions: &[Instruction],
    keeper: &Keypair,
    blockhash: Hash,
) -> Result<Transaction, UnsafeTransaction> {
    let me = keeper.pubkey();
    let mut metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
    if let Some(foreign) = metas.find(|meta| meta.is_signer && meta.pubkey != me) {
        return Err(UnsafeTransaction::ForeignSigner(foreign.pubkey));
    }
    Ok(Transaction::new_signed_with_payer(instructions, Some(&me), &[keeper], blockhash))
}

#[cfg(test)]
mod tests {
    use anchor_lang::solana_program::instruction::AccountMeta;

    use super::*;

    #[test]
    fn nobody_but_the_keeper_is_made_to_sign() {
        let keeper = Keypair::new();
        let other = Pubkey::new_unique();
        let instruction = |signer| Instruction {
            program_id: Pubkey::new_unique(),
            accounts: vec![AccountMeta::new(keeper.pubkey(), true), AccountMeta::new(other, signer)],
            data: Vec::new(),
        };
        let signed = sign(&[instruction(false)], &keeper, Hash::default()).unwrap();
        assert!(signed.verify().is_ok());
        let refused = sign(&[instruction(true)], &keeper, Hash::default()).unwrap_err();
        assert!(matches!(refused, UnsafeTransaction::ForeignSigner(key) if key == other));
    }
}
