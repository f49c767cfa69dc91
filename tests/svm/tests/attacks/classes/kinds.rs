//! What the accounts of instructions are, by their names in the interface.

use latchkey::state::Action;

/// Whether the program or a token program keeps state in it.
pub fn is_state(account: &str) -> bool {
    is_ours(account) || ["mint", "treasury", "wallet", "seller", "borrower_tokens"].contains(&account)
}

/// Whether this program keeps state in it.
pub fn is_ours(account: &str) -> bool {
    let ours = ["lender", "function", "vehicle", "loan", "escrow", "invocation"];
    // A function that stands under the name of its action is ours as well.
    ours.contains(&account) || account.parse::<Action>().is_ok()
}
