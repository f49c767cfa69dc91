use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::state::{Action, Terms};
use latchkey::{accounts, instruction};

use super::{LoanKeys, SYSTEM_PROGRAM, build};
use crate::pda;

/// Who writes a loan.
#[derive(Clone, Copy, Debug)]
pub struct Originate {
    /// Pays rent and the escrow's first lamports.
    pub payer: Pubkey,
    /// The lender's authority, or its servicer if that is delegate of the treasury.
    pub lender_signer: Pubkey,
    /// The borrower.
    pub borrower: Pubkey,
    /// The seller's token account.
    pub seller: Pubkey,
}

/// Writes a loan. Payer, lender and borrower sign.
pub fn originate(keys: &LoanKeys, who: &Originate, terms: Terms, escrow_lamports: u64) -> Instruction {
    let accounts = accounts::Originate {
        payer: who.payer,
        lender_signer: who.lender_signer,
        borrower: who.borrower,
        lender: keys.lender,
        vehicle: keys.vehicle,
        loan: keys.loan,
        escrow: keys.escrow,
        wallet: keys.wallet,
        mint: keys.mint,
        treasury: keys.treasury,
        seller: who.seller,
        warn: pda::function(&keys.lender, Action::Warn),
        lock: pda::function(&keys.lender, Action::Lock),
        unlock: pda::function(&keys.lender, Action::Unlock),
        token_program: keys.token_program,
        associated_token_program: anchor_spl::associated_token::ID,
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::Originate { terms, escrow_lamports })
}

/// Adds lamports to the loan's escrow. The funder signs.
pub fn fund_escrow(funder: Pubkey, loan: &Pubkey, lamports: u64) -> Instruction {
    let accounts = accounts::FundEscrow { funder, escrow: pda::escrow(loan), system_program: SYSTEM_PROGRAM };
    build(&accounts, &instruction::FundEscrow { lamports })
}

/// Takes lamports out of the loan's escrow, to the lender's authority. It signs.
pub fn withdraw_escrow(keys: &LoanKeys, authority: Pubkey, lamports: u64) -> Instruction {
    let accounts =
        accounts::WithdrawEscrow { authority, lender: keys.lender, loan: keys.loan, escrow: keys.escrow };
    build(&accounts, &instruction::WithdrawEscrow { lamports })
}

/// Takes what is due. It needs no signature of a party.
pub fn collect(keys: &LoanKeys) -> Instruction {
    let accounts = accounts::Collect {
        lender: keys.lender,
        loan: keys.loan,
        wallet: keys.wallet,
        treasury: keys.treasury,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::Collect {})
}

/// Takes what is due and `amount` base units more. The borrower signs.
pub fn prepay(keys: &LoanKeys, borrower: Pubkey, amount: u64) -> Instruction {
    build(&from_wallet(keys, borrower), &instruction::Prepay { amount })
}

/// Takes all that is owed. The borrower signs.
pub fn pay_off(keys: &LoanKeys, borrower: Pubkey) -> Instruction {
    build(&from_wallet(keys, borrower), &instruction::PayOff {})
}

fn from_wallet(keys: &LoanKeys, borrower: Pubkey) -> accounts::PayFromWallet {
    accounts::PayFromWallet {
        borrower,
        lender: keys.lender,
        loan: keys.loan,
        wallet: keys.wallet,
        treasury: keys.treasury,
        mint: keys.mint,
        token_program: keys.token_program,
    }
}

/// Marks the loan defaulted. It needs no signature of a party.
pub fn declare_default(keys: &LoanKeys) -> Instruction {
    let accounts = accounts::DeclareDefault { lender: keys.lender, loan: keys.loan, wallet: keys.wallet };
    build(&accounts, &instruction::DeclareDefault {})
}

/// Records a notice; `channels` are bits of [`latchkey::state::NoticeChannels`]. The lender's authority or servicer
/// signs.
pub fn serve_notice(keys: &LoanKeys, lender_signer: Pubkey, evidence: [u8; 32], channels: u8) -> Instruction {
    let accounts = accounts::ServeNotice { lender_signer, lender: keys.lender, loan: keys.loan };
    build(&accounts, &instruction::ServeNotice { evidence, channels })
}

/// Ends a paid-off loan. `party` (lender or borrower) signs; `authority` is the lender's and gets the escrow's rest,
/// `borrower_tokens` gets the wallet's, `rent_payer` is the loan's.
pub fn close_loan(
    keys: &LoanKeys,
    party: Pubkey,
    authority: Pubkey,
    borrower_tokens: Pubkey,
    rent_payer: Pubkey,
) -> Instruction {
    let accounts = accounts::CloseLoan {
        party,
        lender: keys.lender,
        authority,
        vehicle: keys.vehicle,
        loan: keys.loan,
        escrow: keys.escrow,
        wallet: keys.wallet,
        borrower_tokens,
        rent_payer,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::CloseLoan {})
}
