use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::instructions::{AmendArgs, SettlementReason};
use latchkey::{accounts, instruction};

use super::{LoanKeys, build};

/// For which state of a loan both parties signed, and until when that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The loan's revision.
    pub revision: u32,
    /// The last second in which it counts.
    pub deadline: i64,
}

/// Promises not to lock or warn before `until`: the servicer at most 45 days ahead, the authority 366. One of them signs.
pub fn place_hold(keys: &LoanKeys, lender_signer: Pubkey, until: i64) -> Instruction {
    build(&by_servicer(keys, lender_signer), &instruction::PlaceHold { until })
}

/// Ends a hold before its date. The lender's authority or servicer signs, and the borrower.
pub fn lift_hold(keys: &LoanKeys, lender_signer: Pubkey, borrower: Pubkey, agreed: Agreed) -> Instruction {
    let Agreed { revision, deadline } = agreed;
    build(&by_both(keys, lender_signer, borrower), &instruction::LiftHold { revision, deadline })
}

/// Moves every due date by one period. The lender's authority or servicer signs, and the borrower.
pub fn extend(keys: &LoanKeys, lender_signer: Pubkey, borrower: Pubkey, agreed: Agreed) -> Instruction {
    let Agreed { revision, deadline } = agreed;
    build(&by_both(keys, lender_signer, borrower), &instruction::Extend { revision, deadline })
}

/// Changes the terms. The lender's authority signs, and the borrower unless the change can only help them.
pub fn amend(
    keys: &LoanKeys,
    authority: Pubkey,
    borrower: Option<Pubkey>,
    amendment: AmendArgs,
) -> Instruction {
    let accounts =
        accounts::Amend { authority, borrower, lender: keys.lender, loan: keys.loan, wallet: keys.wallet };
    build(&accounts, &instruction::Amend { args: amendment })
}

/// Stays all enforcement from `from` to `until`. The lender's authority signs.
pub fn place_stay(keys: &LoanKeys, authority: Pubkey, from: i64, until: i64) -> Instruction {
    build(&by_authority(keys, authority), &instruction::PlaceStay { from, until })
}

/// Forgives `amount` base units of late fees. The lender's authority or servicer signs.
pub fn waive_fees(keys: &LoanKeys, lender_signer: Pubkey, amount: u64) -> Instruction {
    build(&by_servicer(keys, lender_signer), &instruction::WaiveFees { amount })
}

/// Lets the car start for a while whatever is owed. The borrower signs.
pub fn emergency_start(keys: &LoanKeys, borrower: Pubkey) -> Instruction {
    let accounts = accounts::EmergencyStart { borrower, vehicle: keys.vehicle, loan: keys.loan };
    build(&accounts, &instruction::EmergencyStart {})
}

/// Gives the loan up. The lender's authority signs.
pub fn charge_off(keys: &LoanKeys, authority: Pubkey) -> Instruction {
    build(&by_authority(keys, authority), &instruction::ChargeOff {})
}

/// Ends the loan for less than is owed. The lender's authority signs.
pub fn settle(keys: &LoanKeys, authority: Pubkey, reason: SettlementReason) -> Instruction {
    build(&by_authority(keys, authority), &instruction::Settle { reason })
}

/// Takes `amount` base units that are not due out of the car wallet, into `borrower_tokens`. The borrower signs. For tokens
/// of another mint at the loan's address, name their account, mint and token program in `keys`.
pub fn withdraw_surplus(
    keys: &LoanKeys,
    borrower: Pubkey,
    borrower_tokens: Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = accounts::WithdrawSurplus {
        borrower,
        loan: keys.loan,
        wallet: keys.wallet,
        borrower_tokens,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::WithdrawSurplus { amount })
}

fn by_servicer(keys: &LoanKeys, lender_signer: Pubkey) -> accounts::ByServicer {
    accounts::ByServicer { lender_signer, lender: keys.lender, loan: keys.loan, wallet: keys.wallet }
}

fn by_authority(keys: &LoanKeys, authority: Pubkey) -> accounts::ByLoanAuthority {
    accounts::ByLoanAuthority { authority, lender: keys.lender, loan: keys.loan, wallet: keys.wallet }
}

fn by_both(keys: &LoanKeys, lender_signer: Pubkey, borrower: Pubkey) -> accounts::ByBothParties {
    accounts::ByBothParties {
        lender_signer,
        borrower,
        lender: keys.lender,
        loan: keys.loan,
        wallet: keys.wallet,
    }
}
