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

/// Takes what is due and sends it to the lender. It needs no signature of a party.
pub fn collect(keys: &LoanKeys) -> Instruction {
    collect_to(keys, Some(keys.treasury))
}

/// Takes what is due and sends nothing: for a treasury that takes no payment. It needs no signature of a party.
pub fn look(keys: &LoanKeys) -> Instruction {
    collect_to(keys, None)
}

fn collect_to(keys: &LoanKeys, treasury: Option<Pubkey>) -> Instruction {
    let accounts = accounts::Collect {
        lender: keys.lender,
        loan: keys.loan,
        wallet: keys.wallet,
        treasury,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::Collect {})
}

/// Takes what is due, and more: `amount` base units toward the debt and `fees` toward late fees. The borrower signs.
pub fn prepay(keys: &LoanKeys, borrower: Pubkey, amount: u64, fees: u64) -> Instruction {
    let accounts = accounts::ByBorrower { borrower, loan: keys.loan, wallet: keys.wallet };
    build(&accounts, &instruction::Prepay { amount, fees })
}

/// Pays all that is owed. The payer signs. What the wallet may not give comes from `payer_tokens`, the payer's token
/// account: all that is not yet due, unless the borrower pays.
pub fn pay_off(keys: &LoanKeys, payer: Pubkey, payer_tokens: Option<Pubkey>) -> Instruction {
    let accounts = accounts::PayOff {
        payer,
        lender: keys.lender,
        loan: keys.loan,
        wallet: keys.wallet,
        payer_tokens,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::PayOff {})
}

/// Marks the loan defaulted. It needs no signature of a party.
pub fn declare_default(keys: &LoanKeys) -> Instruction {
    let accounts = accounts::DeclareDefault { lender: keys.lender, loan: keys.loan, wallet: keys.wallet };
    build(&accounts, &instruction::DeclareDefault {})
}

/// Records a notice; `channels` are bits of [`latchkey::state::NoticeChannels`]. The lender's authority or servicer
/// signs.
pub fn serve_notice(keys: &LoanKeys, lender_signer: Pubkey, evidence: [u8; 32], channels: u8) -> Instruction {
    let accounts =
        accounts::ByServicer { lender_signer, lender: keys.lender, loan: keys.loan, wallet: keys.wallet };
    build(&accounts, &instruction::ServeNotice { evidence, channels })
}

/// Who ends a loan, and where what is left goes.
#[derive(Clone, Copy, Debug)]
pub struct CloseLoan {
    /// Lender or borrower: signs.
    pub party: Pubkey,
    /// The lender's authority: gets the rest of the escrow.
    pub authority: Pubkey,
    /// A token account of the borrower: gets the rest of the wallet.
    pub borrower_tokens: Pubkey,
    /// A token account of the lender's authority: gets what is unsent. Needed only if something is.
    pub lender_tokens: Option<Pubkey>,
    /// The loan's own record: gets the rent.
    pub rent_payer: Pubkey,
}

/// Ends a loan that is paid off or settled.
pub fn close_loan(keys: &LoanKeys, who: &CloseLoan) -> Instruction {
    let accounts = accounts::CloseLoan {
        party: who.party,
        lender: keys.lender,
        authority: who.authority,
        vehicle: keys.vehicle,
        loan: keys.loan,
        escrow: keys.escrow,
        wallet: keys.wallet,
        borrower_tokens: who.borrower_tokens,
        lender_tokens: who.lender_tokens,
        rent_payer: who.rent_payer,
        mint: keys.mint,
        token_program: keys.token_program,
    };
    build(&accounts, &instruction::CloseLoan {})
}
