use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey::state::{Action, PolicyFloors};
use latchkey::{accounts, instruction};

use super::{SYSTEM_PROGRAM, build};
use crate::pda;

/// Who creates a lender.
#[derive(Clone, Copy, Debug)]
pub struct InitLender {
    /// Pays the rent.
    pub payer: Pubkey,
    /// Will own the lender.
    pub authority: Pubkey,
    /// What it lends.
    pub mint: Pubkey,
    /// The authority's token account.
    pub treasury: Pubkey,
}

/// Creates a lender. Payer and authority sign.
pub fn init_lender(who: &InitLender, args: InitLenderArgs) -> Instruction {
    let accounts = accounts::InitLender {
        payer: who.payer,
        authority: who.authority,
        lender: pda::lender(&who.authority),
        mint: who.mint,
        treasury: who.treasury,
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::InitLender { args })
}

/// Who sets a function.
#[derive(Clone, Copy, Debug)]
pub struct SetFunction {
    /// Pays the rent if it is new.
    pub payer: Pubkey,
    /// The lender's authority.
    pub authority: Pubkey,
    /// The lender.
    pub lender: Pubkey,
}

/// Offers or changes a function. Payer and authority sign.
pub fn set_function(who: &SetFunction, action: Action, args: SetFunctionArgs) -> Instruction {
    let accounts = accounts::SetFunction {
        payer: who.payer,
        authority: who.authority,
        lender: who.lender,
        function: pda::function(&who.lender, action),
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::SetFunction { action, args })
}

/// Changes the floors of future loans. The authority signs.
pub fn set_policy(lender: Pubkey, authority: Pubkey, floors: PolicyFloors) -> Instruction {
    build(&accounts::ByAuthority { authority, lender }, &instruction::SetPolicy { floors })
}

/// Nominates the next authority; `None` takes a nomination back. The authority signs.
pub fn nominate_authority(lender: Pubkey, authority: Pubkey, nominee: Option<Pubkey>) -> Instruction {
    build(&accounts::ByAuthority { authority, lender }, &instruction::NominateAuthority { nominee })
}

/// Takes a lender of `mint` over, with the nominee's own treasury: its associated token account. The nominee signs.
pub fn accept_authority(lender: Pubkey, nominee: Pubkey, treasury: Pubkey, mint: Pubkey) -> Instruction {
    build(&accounts::AcceptAuthority { nominee, lender, treasury, mint }, &instruction::AcceptAuthority {})
}

/// Changes the hot key. The authority signs.
pub fn set_servicer(lender: Pubkey, authority: Pubkey, servicer: Pubkey) -> Instruction {
    build(&accounts::ByAuthority { authority, lender }, &instruction::SetServicer { servicer })
}

/// Changes the allow-list; empty admits every keeper. The authority signs.
pub fn set_keepers(lender: Pubkey, authority: Pubkey, keepers: Vec<Pubkey>) -> Instruction {
    build(&accounts::ByAuthority { authority, lender }, &instruction::SetKeepers { keepers })
}

/// Pauses locks and warnings for `secs`. The lender's authority or servicer signs.
pub fn pause(lender: Pubkey, lender_signer: Pubkey, secs: u32) -> Instruction {
    build(&accounts::Pause { lender_signer, lender }, &instruction::Pause { secs })
}

/// Lifts the pause. The lender's authority or servicer signs.
pub fn unpause(lender: Pubkey, lender_signer: Pubkey) -> Instruction {
    build(&accounts::Pause { lender_signer, lender }, &instruction::Unpause {})
}
