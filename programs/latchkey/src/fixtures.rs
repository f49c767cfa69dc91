//! Ready accounts for the tests of the rules, the keeper and the function. Feature `fixtures`.

use anchor_lang::prelude::Pubkey;

use crate::state::*;

/// Ten instalments of 1,000 every 100 seconds from time 1,000, at no interest. No notice is owed.
pub fn terms() -> Terms {
    Terms {
        principal: 10_000,
        apr_ppm: 0,
        instalment: 1_000,
        count: 10,
        first_due: 1_000,
        calendar: Calendar::seconds(100),
        grace_secs: 50,
        late_fee: 25,
        late_after_secs: 20,
        warn_after_secs: 1,
        notice_secs: 0,
        min_channels: 0,
        notice_after_default: false,
        final_notice_secs: 0,
        notice_max_age_secs: 0,
        emergency_secs: 0,
        emergency_max: 0,
        lock_ttl_secs: 3_600,
        max_extensions: 0,
        deferred: 0,
        overpayment: Overpayment::ReducePrincipal,
        public_unlock: false,
    }
}

/// A new loan on `terms`, lent at time 0, that pins the unlock of [`function`].
pub fn loan(terms: Terms) -> Loan {
    Loan::new(255, LoanParties::default(), 0, terms, PinnedUnlock::from(&function(Action::Unlock)), 0)
}

/// A lender whose loans may be anything.
pub fn lender() -> Lender {
    Lender {
        version: Version::CURRENT,
        bump: 255,
        first_authority: Pubkey::default(),
        authority: Pubkey::default(),
        pending_authority: Pubkey::default(),
        servicer: Pubkey::default(),
        mint: Pubkey::default(),
        treasury: Pubkey::default(),
        floors: floors(),
        paused_until: 0,
        vehicles: 0,
        loans_opened: 0,
        loans_closed: 0,
        keepers: Vec::new(),
    }
}

/// Floors that exclude nothing.
pub fn floors() -> PolicyFloors {
    PolicyFloors {
        min_grace_secs: 0,
        min_grace_weekly_secs: 0,
        min_notice_secs: 0,
        min_notice_weekly_secs: 0,
        min_channels: 0,
        notice_after_default: false,
        min_final_notice_secs: 0,
        max_apr_ppm: u32::MAX,
        max_late_fee: u64::MAX,
        min_late_after_secs: 0,
        min_warn_after_secs: 0,
        min_emergency_secs: 0,
        min_emergency_max: 0,
        max_lock_ttl_secs: 0,
        public_unlock: false,
    }
}

/// A car that starts, with nothing asked of it, and one loan written on it.
pub fn vehicle() -> Vehicle {
    Vehicle { loans: 1, ..Vehicle::new(255, Pubkey::default(), Pubkey::default(), [0; 32]) }
}

/// An escrow that was funded with 10,000 lamports.
pub fn escrow() -> Escrow {
    Escrow { deposited: 10_000, ..Escrow::new(255, Pubkey::default(), 0) }
}

/// The key that signs the commands of [`function`].
pub const COMMAND_KEY: Pubkey = Pubkey::new_from_array([3; 32]);

/// A function that pays 1,000 lamports for a bond of 500, with a lease of 60 s and a time-to-live of an hour.
pub fn function(action: Action) -> Function {
    Function {
        version: Version::CURRENT,
        bump: 255,
        lender: Pubkey::default(),
        action,
        fee: 1_000,
        bond: 500,
        lease_secs: 60,
        ttl_secs: 3_600,
        required: 1,
        command_keys: [COMMAND_KEY, Pubkey::default(), Pubkey::default()],
        code_hash: [0; 32],
        revision: 1,
        uri: String::new(),
        uri_2: String::new(),
        uri_3: String::new(),
    }
}
