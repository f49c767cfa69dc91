//! Signs the keeper's transactions, and refuses those that need any other signature.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

/// Why the keeper does not sign a transaction.
#[derive(Debug, thiserror::Error)]
pub enum UnsafeTransaction {
    #[error("the transaction needs the signature of {0}: the keeper signs only for itself")]
    ForeignSigner(Pubkey),
    /// Both are lamports: by how much the keeper's balance would fall, and by how much it may.
    #[error("the transaction would cost the keeper {cost} lamports, more than max_outlay_lamports ({limit})")]
    TooExpensive { cost: u64, limit: u64 },
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
    fn a_transaction_that_needs_another_signature_is_refused() {
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
