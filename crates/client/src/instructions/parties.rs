//! A loan that changes hands: sold, or moved to another key of its borrower.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::instructions::AssignArgs;
use latchkey::state::Action;
use latchkey::{accounts, instruction};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{DecodeError, HandOverReceipt};

use super::proof::{INSTRUCTIONS_SYSVAR, proof};
use super::{Agreed, LoanKeys, build};
use crate::pda;

/// Who sells a loan, and who buys it.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// The seller's authority: signs.
    pub authority: Pubkey,
    /// The buyer.
    pub buyer: Pubkey,
    /// The buyer's authority: signs.
    pub buyer_authority: Pubkey,
}

/// Sells a loan, with the car's signed receipt of the keyring hand-over: the proof, and the instruction right after it.
/// Fails if the signed message is no such receipt.
pub fn assign(
    keys: &LoanKeys,
    sale: &Sale,
    agreed: Agreed,
    receipt: &Envelope,
) -> Result<[Instruction; 2], DecodeError> {
    let HandOverReceipt { device_time, nonce, .. } = HandOverReceipt::decode(&receipt.payload)?;
    let Agreed { revision, deadline } = agreed;
    let accounts = accounts::Assign {
        authority: sale.authority,
        buyer_authority: sale.buyer_authority,
        lender: keys.lender,
        buyer: sale.buyer,
        vehicle: keys.vehicle,
        loan: keys.loan,
        warn: pda::function(&sale.buyer, Action::Warn),
        lock: pda::function(&sale.buyer, Action::Lock),
        unlock: pda::function(&sale.buyer, Action::Unlock),
        instructions: INSTRUCTIONS_SYSVAR,
    };
    let args = AssignArgs { revision, deadline, device_time, nonce };
    Ok([proof(receipt), build(&accounts, &instruction::Assign { args })])
}

/// Moves a loan to another key of its borrower. Both keys sign.
pub fn rotate_borrower(loan: Pubkey, borrower: Pubkey, new_borrower: Pubkey) -> Instruction {
    build(&accounts::RotateBorrower { borrower, new_borrower, loan }, &instruction::RotateBorrower {})
}

/// Proposes `new_key` in place of a lost one. The lender's authority signs.
pub fn propose_recovery(keys: &LoanKeys, authority: Pubkey, new_key: Pubkey) -> Instruction {
    recover_borrower(keys, authority, new_key, false)
}

/// Lets a key take over that was proposed 14 days ago. The lender's authority signs, and the key.
pub fn complete_recovery(keys: &LoanKeys, authority: Pubkey, new_key: Pubkey) -> Instruction {
    recover_borrower(keys, authority, new_key, true)
}

fn recover_borrower(keys: &LoanKeys, authority: Pubkey, new_key: Pubkey, signs: bool) -> Instruction {
    let accounts = accounts::RecoverBorrower {
        authority,
        new_borrower: signs.then_some(new_key),
        lender: keys.lender,
        loan: keys.loan,
    };
    build(&accounts, &instruction::RecoverBorrower { new_key })
}

/// Refuses a proposed key. The borrower signs.
pub fn refuse_recovery(loan: Pubkey, borrower: Pubkey) -> Instruction {
    build(&accounts::RefuseRecovery { borrower, loan }, &instruction::RefuseRecovery {})
}
