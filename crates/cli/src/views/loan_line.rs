use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Loan;
use serde_json::json;

use crate::printer::View;
use crate::units::{date, money, status};

/// A loan in a list. The principal is the one that the program last stored, without later payments.
pub fn loan_line(address: &Pubkey, loan: &Loan, decimals: u8) -> View {
    let principal = money::show(loan.ledger.principal, decimals);
    let status = status::show(loan.status);
    let json = json!({
        "loan": address.to_string(),
        "status": status,
        "lender": loan.lender.to_string(),
        "borrower": loan.borrower.to_string(),
        "vehicle": loan.vehicle.to_string(),
        "principal": principal,
        "opened_at": date::show(loan.opened_at),
    });
    let text = format!(
        "{address}  {status:<11}  {principal:>16}  borrower {}  vehicle {}",
        loan.borrower, loan.vehicle
    );
    View::new(json, text)
}
