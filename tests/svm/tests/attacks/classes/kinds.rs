//! What the accounts of instructions are, by their names in the interface.

/// Whether the program or a token program keeps state in it.
pub fn is_state(account: &str) -> bool {
    is_ours(account) || ["mint", "treasury", "wallet", "seller", "borrower_tokens"].contains(&account)
}

/// Whether this program keeps state in it.
pub fn is_ours(account: &str) -> bool {
    let ours = ["lender", "function", "warn", "lock", "unlock", "vehicle", "loan", "escrow", "invocation"];
    ours.contains(&account)
}

/// Whether the instruction creates it.
pub fn is_new(instruction: &str, account: &str) -> bool {
    matches!(
        (instruction, account),
        ("init_lender", "lender")
            | ("set_function", "function")
            | ("register_vehicle", "vehicle")
            | ("originate", "loan" | "escrow" | "wallet")
            | ("request", "invocation")
    )
}
