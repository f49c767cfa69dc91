//! Telling what a look or a payment did.

use anchor_lang::prelude::*;

use crate::events::{PaymentApplied, PaymentKind};
use crate::rules::payments::Payment;
use crate::state::{Loan, LoanStatus};

/// What a loan was before a look or a payment.
pub(crate) struct Before {
    loan: Pubkey,
    principal: u64,
    status: LoanStatus,
}

impl Before {
    /// The loan as it is now.
    pub fn new(loan: &Account<Loan>) -> Self {
        Self::of(loan.key(), loan)
    }

    /// The same for a loan at `key` that the handler reads itself.
    pub fn of(key: Pubkey, loan: &Loan) -> Self {
        Self { loan: key, principal: loan.ledger.principal, status: loan.status }
    }

    /// Tells of a look, if it took or charged anything.
    pub fn looked(&self, loan: &Loan, payment: &Payment) {
        if payment.applied.total() > 0 || payment.late_fees > 0 || payment.cured || payment.paid_off {
            self.paid(loan, PaymentKind::Collected, payment);
        }
    }

    /// Tells of a payment.
    pub fn paid(&self, loan: &Loan, kind: PaymentKind, payment: &Payment) {
        emit!(PaymentApplied {
            loan: self.loan,
            kind,
            interest: payment.applied.interest,
            principal: payment.applied.principal,
            fees: payment.applied.fees,
            late_fees: payment.late_fees,
            principal_before: self.principal,
            principal_after: loan.ledger.principal,
            unsent: loan.ledger.unsent,
            status_before: self.status,
            status_after: loan.status,
        });
    }
}
