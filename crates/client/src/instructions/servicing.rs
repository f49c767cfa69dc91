use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::{accounts, instruction};

use super::{LoanKeys, build};

/// Promises not to lock or warn before `until`. The lender's authority or servicer signs.
pub fn place_hold(keys: &LoanKeys, lender_signer: Pubkey, until: i64) -> Instruction {
    build(&by_servicer(keys, lender_signer), &instruction::PlaceHold { until })
}

/// Ends a hold before its date. The lender's authority or servicer signs, and the borrower.
pub fn lift_hold(keys: &LoanKeys, lender_signer: Pubkey, borrower: Pubkey) -> Instruction {
    build(&by_both(keys, lender_signer, borrower), &instruction::LiftHold {})
}

/// Moves every due date by one period. The lender's authority or servicer signs, and the borrower.
pub fn extend(keys: &LoanKeys, lender_signer: Pubkey, borrower: Pubkey) -> Instruction {
    build(&by_both(keys, lender_signer, borrower), &instruction::Extend {})
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

/// Gives the loan up. The lender's authority or servicer signs.
pub fn charge_off(keys: &LoanKeys, lender_signer: Pubkey) -> Instruction {
    let accounts =
        accounts::ChargeOff { lender_signer, lender: keys.lender, loan: keys.loan, wallet: keys.wallet };
    build(&accounts, &instruction::ChargeOff {})
}

/// Takes `amount` base units that are not due out of the car wallet, into `borrower_tokens`. The borrower signs.
pub fn withdraw_surplus(
    keys: &LoanKeys,
    borrower: Pubkey,
    borrower_tokens: Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = accounts::WithdrawSurplus {
        borrower,
        lender: keys.lender,
        loan: keys.loan,
        wallet: keys.wallet,
        borrower_tokens,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::WithdrawSurplus { amount })
}

fn by_servicer(keys: &LoanKeys, lender_signer: Pubkey) -> accounts::ByServicer {
    accounts::ByServicer { lender_signer, lender: keys.lender, loan: keys.loan }
}

fn by_both(keys: &LoanKeys, lender_signer: Pubkey, borrower: Pubkey) -> accounts::ByBothParties {
    accounts::ByBothParties { lender_signer, borrower, lender: keys.lender, loan: keys.loan }
}
