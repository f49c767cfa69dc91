//! Paying into the car wallet.

use anchor_spl::token_2022::spl_token_2022::instruction::transfer_checked;
use anyhow::Result;
use latchkey_cli::chain::LoanAccounts;
use latchkey_client::{Instruction, Pubkey};

/// Interest accrues until a transaction lands: what is paid in for a payoff covers this many seconds from now.
const PAYOFF_MARGIN_SECS: i64 = 300;

/// A token transfer into the car wallet, base units.
pub fn transfer_to_wallet(
    accounts: &LoanAccounts,
    from: &Pubkey,
    owner: &Pubkey,
    amount: u64,
) -> Result<Instruction> {
    let LoanAccounts { keys, mint, .. } = accounts;
    let transfer = transfer_checked(
        &mint.token_program,
        from,
        &mint.address,
        &keys.wallet,
        owner,
        &[],
        amount,
        mint.decimals,
    );
    Ok(transfer?)
}

/// What the car wallet lacks for a payoff within the next minutes, base units.
pub fn short_of_payoff(accounts: &LoanAccounts) -> Result<u64> {
    let at = accounts.now.saturating_add(PAYOFF_MARGIN_SECS);
    let quote = accounts.quote_at(at)?;
    Ok(quote.payoff.saturating_sub(quote.free))
}
