//! Signs transactions, and refuses those that need any other signature.

use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

use super::outlay::UnsafeTransaction;

/// Signs with one key, which also pays.
pub fn sign(
    instructions: &[Instruction],
    payer: &Keypair,
    blockhash: Hash,
) -> Result<Transaction, UnsafeTransaction> {
    let me = payer.pubkey();
    let mut metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
    if let Some(foreign) = metas.find(|meta| meta.is_signer && meta.pubkey != me) {
        return Err(UnsafeTransaction::ForeignSigner(foreign.pubkey));
    }
    Ok(Transaction::new_signed_with_payer(instructions, Some(&me), &[payer], blockhash))
}

/// The keys that pay for transactions.
pub(super) struct Payers {
    pub keeper: Keypair,
    /// They pay for transactions that need no signature of the keeper.
    pub others: Vec<Keypair>,
}

impl Payers {
    /// Who pays for a transaction: in turn one of the others, unless the keeper must sign itself.
    pub fn for_number(&self, number: u32, instructions: &[Instruction]) -> &Keypair {
        let mut metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let index = usize::try_from(number).unwrap_or(0) % self.others.len().max(1);
        match self.others.get(index) {
            Some(other) if !metas.any(|meta| meta.is_signer) => other,
            _ => &self.keeper,
        }
    }
}

#[cfg(test)]
mod tests {
    use anchor_lang::prelude::Pubkey;
    use anchor_lang::solana_program::instruction::AccountMeta;

    use super::*;

    fn instruction(accounts: Vec<AccountMeta>) -> Instruction {
        Instruction { program_id: Pubkey::new_unique(), accounts, data: Vec::new() }
    }

    #[test]
    fn a_transaction_that_needs_another_signature_is_refused() {
        let keeper = Keypair::new();
        let other = Pubkey::new_unique();
        let with = |signer| {
            instruction(vec![AccountMeta::new(keeper.pubkey(), true), AccountMeta::new(other, signer)])
        };
        let signed = sign(&[with(false)], &keeper, Hash::default()).unwrap();
        assert!(signed.verify().is_ok());
        let refused = sign(&[with(true)], &keeper, Hash::default()).unwrap_err();
        assert!(matches!(refused, UnsafeTransaction::ForeignSigner(key) if key == other));
    }

    #[test]
    fn others_pay_in_turn_for_what_the_keeper_need_not_sign() {
        let payers = Payers { keeper: Keypair::new(), others: vec![Keypair::new(), Keypair::new()] };
        let keeper = payers.keeper.pubkey();
        let who = |number, signer| {
            payers.for_number(number, &[instruction(vec![AccountMeta::new(keeper, signer)])]).pubkey()
        };
        let others: Vec<Pubkey> = payers.others.iter().map(Keypair::pubkey).collect();
        assert_eq!([who(0, false), who(1, false), who(2, false)], [others[0], others[1], others[0]]);
        assert_eq!(who(0, true), keeper);
        let alone = Payers { keeper: Keypair::new(), others: Vec::new() };
        assert_eq!(alone.for_number(3, &[]).pubkey(), alone.keeper.pubkey());
    }
}
