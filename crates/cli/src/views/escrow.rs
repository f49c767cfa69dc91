use serde_json::json;

use crate::chain::LoanAccounts;
use crate::printer::{View, rows};
use crate::units::money;

/// A loan's escrow, and what has moved through it.
pub fn escrow(accounts: &LoanAccounts) -> View {
    let escrow = &accounts.escrow;
    let json = json!({
        "escrow": accounts.keys.escrow.to_string(),
        "loan": accounts.keys.loan.to_string(),
        "available_lamports": accounts.escrow_lamports,
        "unlock_reserve_lamports": accounts.loan.unlock_fee,
        "deposited_lamports": escrow.deposited,
        "committed_lamports": escrow.committed,
        "paid_lamports": escrow.paid,
        "refunded_lamports": escrow.refunded,
        "forfeited_lamports": escrow.forfeited,
        "withdrawn_lamports": escrow.withdrawn,
    });
    let sol = |lamports| format!("{} SOL", money::show_sol(lamports));
    let text = rows([
        ("escrow", accounts.keys.escrow.to_string()),
        ("available", sol(accounts.escrow_lamports)),
        ("reserved for the unlock", sol(accounts.loan.unlock_fee)),
        ("deposited", sol(escrow.deposited)),
        ("committed to calls", sol(escrow.committed)),
        ("paid to keepers", sol(escrow.paid)),
        ("refunded from calls", sol(escrow.refunded)),
        ("forfeited bonds", sol(escrow.forfeited)),
        ("withdrawn", sol(escrow.withdrawn)),
    ]);
    View::new(json, text)
}
