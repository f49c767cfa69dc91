//! The choices that terms make, by the names that a terms file uses.

use latchkey_client::latchkey::state::Overpayment;

pub const OVERPAYMENTS: [Overpayment; 2] = [Overpayment::ReducePrincipal, Overpayment::PayAhead];

pub const fn overpayment_name(overpayment: Overpayment) -> &'static str {
    match overpayment {
        Overpayment::ReducePrincipal => "reduce-principal",
        Overpayment::PayAhead => "pay-ahead",
    }
}
