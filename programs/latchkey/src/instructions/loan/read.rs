use anchor_lang::prelude::*;

use crate::state::Loan;

/// Reads a loan from an account that may become, or may be, a stub, so that Anchor must not write it back.
pub(super) fn read_loan(account: &AccountInfo) -> Result<Box<Loan>> {
    require_keys_eq!(*account.owner, crate::ID, ErrorCode::AccountOwnedByWrongProgram);
    Loan::try_deserialize(&mut &account.try_borrow_data()?[..]).map(Box::new)
}
