//! The choices that terms make, by the names that a terms file uses.

use latchkey_client::latchkey::state::{Overpayment, Waterfall};

pub const WATERFALLS: [Waterfall; 2] = [Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal];
pub const OVERPAYMENTS: [Overpayment; 2] = [Overpayment::ReducePrincipal, Overpayment::PayAhead];

pub const fn waterfall_name(waterfall: Waterfall) -> &'static str {
    match waterfall {
        Waterfall::InterestPrincipalFees => "interest-principal-fees",
        Waterfall::FeesInterestPrincipal => "fees-interest-principal",
    }
}

pub const fn overpayment_name(overpayment: Overpayment) -> &'static str {
    match overpayment {
        Overpayment::ReducePrincipal => "reduce-principal",
        Overpayment::PayAhead => "pay-ahead",
    }
}
