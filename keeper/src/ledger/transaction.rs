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
    #[error(
        "the node's simulation shows no balances, so the cost is not known: use a node that returns them"
    )]
    CostUnknown,
}

/// The spending guard: a transaction built on hostile accounts must not drain the keeper's own. `before` and `after` are
/// the keeper's lamports around a simulation. A cost that is not known is refused.
pub fn check_outlay(before: Option<u64>, after: Option<u64>, limit: u64) -> Result<(), UnsafeTransaction> {
    let (before, after) = before.zip(after).ok_or(UnsafeTransaction::CostUnknown)?;
    let cost = before.saturating_sub(after);
    if cost > limit { Err(UnsafeTransaction::TooExpensive { cost, limit }) } else { Ok(()) }
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
    fn a_transaction_that_costs_more_than_the_limit_or_an_unknown_amount_is_refused() {
        use UnsafeTransaction::{CostUnknown, TooExpensive};
        assert!(check_outlay(Some(1_000), Some(900), 100).is_ok());
        assert!(check_outlay(Some(900), Some(1_000), 0).is_ok());
        let dear = check_outlay(Some(1_000), Some(899), 100);
        assert!(matches!(dear, Err(TooExpensive { cost: 101, limit: 100 })));
        for (before, after) in [(None, None), (Some(1_000), None), (None, Some(1_000))] {
            assert!(matches!(check_outlay(before, after, u64::MAX), Err(CostUnknown)));
        }
    }

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
