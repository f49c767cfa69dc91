//! Instructions of the system program. Their bytes are written here: encoding them as the library does, for any of them,
//! takes 11 KB of this program and several hundred compute units each time.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::solana_program::program::invoke_signed_unchecked;
use anchor_lang::system_program;

use crate::lamports::rent;

/// The numbers of the instructions.
const CREATE_ACCOUNT: u32 = 0;
const ASSIGN: u32 = 1;
const TRANSFER: u32 = 2;
const ALLOCATE: u32 = 8;

/// Moves lamports from an account that signed the transaction.
pub fn transfer<'info>(from: &AccountInfo<'info>, to: &AccountInfo<'info>, lamports: u64) -> Result<()> {
    let mut data = vec![0; 12];
    data[..4].copy_from_slice(&TRANSFER.to_le_bytes());
    data[4..].copy_from_slice(&lamports.to_le_bytes());
    let accounts = vec![AccountMeta::new(*from.key, true), AccountMeta::new(*to.key, false)];
    invoke(data, accounts, &[from.clone(), to.clone()], &[])
}

/// Creates `account` of this program with `space` bytes and the rent for them, paid by `payer`. `seeds` sign for it. Lamports
/// that somebody has sent to its address before stand in nobody's way.
pub fn create<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    space: usize,
    seeds: &[&[u8]],
) -> Result<()> {
    let rent = rent(space)?;
    let held = account.lamports();
    let space = space as u64;
    if held == 0 {
        let data = [
            &CREATE_ACCOUNT.to_le_bytes()[..],
            &rent.to_le_bytes(),
            &space.to_le_bytes(),
            crate::ID.as_ref(),
        ]
        .concat();
        let accounts = vec![AccountMeta::new(*payer.key, true), AccountMeta::new(*account.key, true)];
        return invoke(data, accounts, &[payer.clone(), account.clone()], &[seeds]);
    }
    if held < rent {
        transfer(payer, account, rent - held)?;
    }
    let allocate = [&ALLOCATE.to_le_bytes()[..], &space.to_le_bytes()].concat();
    let assign = [&ASSIGN.to_le_bytes()[..], crate::ID.as_ref()].concat();
    for data in [allocate, assign] {
        let accounts = vec![AccountMeta::new(*account.key, true)];
        invoke(data, accounts, core::slice::from_ref(account), &[seeds])?;
    }
    Ok(())
}

fn invoke(
    data: Vec<u8>,
    accounts: Vec<AccountMeta>,
    infos: &[AccountInfo],
    signers: &[&[&[u8]]],
) -> Result<()> {
    // Unchecked: nothing is borrowed here, which is all that the check would find.
    let instruction = Instruction { program_id: system_program::ID, accounts, data };
    invoke_signed_unchecked(&instruction, infos, signers).map_err(Into::into)
}
