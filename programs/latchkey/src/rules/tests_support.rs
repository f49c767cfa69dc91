//! Ready terms and loans for the rules' own tests.

use anchor_lang::prelude::Pubkey;

use crate::state::*;

/// Ten instalments of 1,000 every 100 seconds from time 1,000, at no interest.
pub fn terms() -> Terms {
    Terms {
        principal: 10_000,
        apr_bps: 0,
        instalment: 1_000,
        count: 10,
        first_due: 1_000,
        period: Period::Seconds(100),
        grace_secs: 50,
        notice_secs: 0,
        late_fee: 25,
        late_after_secs: 20,
        emergency_secs: 0,
        emergency_max: 0,
        lock_ttl_secs: 300,
        max_extensions: 0,
        deferred: 0,
        waterfall: Waterfall::InterestPrincipalFees,
        overpayment: Overpayment::ReducePrincipal,
    }
}

/// A fresh loan on `terms`, lent at time 0.
pub fn loan(terms: Terms) -> Loan {
    Loan {
        version: ACCOUNT_VERSION,
        bump: 255,
        lender: Pubkey::default(),
        borrower: Pubkey::default(),
        vehicle: Pubkey::default(),
        wallet: Pubkey::default(),
        index: 0,
        status: LoanStatus::Active,
        terms,
        ledger: Ledger { principal: terms.principal, ..Ledger::default() },
        notice: None,
        hold_until: 0,
        emergency_until: 0,
        emergency_used: 0,
        extensions_used: 0,
        warned_through: 0,
        invocations_open: 0,
        opened_at: 0,
        defaulted_at: 0,
        rent_payer: Pubkey::default(),
        reserved: [0; 32],
    }
}

/// A lender whose loans may be anything.
pub fn lender() -> Lender {
    Lender {
        version: ACCOUNT_VERSION,
        bump: 255,
        first_authority: Pubkey::default(),
        authority: Pubkey::default(),
        pending_authority: None,
        servicer: Pubkey::default(),
        mint: Pubkey::default(),
        treasury: Pubkey::default(),
        floors: floors(),
        keepers: Vec::new(),
        paused_until: 0,
        vehicles: 0,
        loans_opened: 0,
        loans_closed: 0,
        reserved: [0; 64],
    }
}

/// Floors that exclude nothing.
pub fn floors() -> PolicyFloors {
    PolicyFloors {
        min_grace_secs: 0,
        min_notice_secs: 0,
        max_apr_bps: u16::MAX,
        max_late_fee: u64::MAX,
        min_late_after_secs: 0,
        min_emergency_secs: 0,
        min_emergency_max: 0,
        max_lock_ttl_secs: 0,
    }
}

/// A car that starts, with nothing asked of it.
pub fn vehicle() -> Vehicle {
    Vehicle {
        version: ACCOUNT_VERSION,
        bump: 255,
        lender: Pubkey::default(),
        first_device_key: Pubkey::default(),
        device_key: Pubkey::default(),
        vin_commitment: [0; 32],
        active_loan: None,
        lock: LockState::Unlocked,
        lock_asked: None,
        last_seq_asked: 0,
        last_seq_proven: 0,
        void_through: 0,
        open: None,
        loans: 1,
        retired: false,
        reserved: [0; 64],
    }
}
