//! One loan in the book: of its accounts only what decides. What is at rest for most loans is kept beside the row.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{
    AskedLock, Ledger, Loan, LoanParties, LoanStatus, LockState, Notices, OpenInvocation, PinnedUnlock,
    Terms, Vehicle,
};

use super::lenders::LenderId;
use super::slots::Mark;
use super::unlocks::{Unlock, UnlockId};

/// A loan, its vehicle, its escrow and its wallet, each as of the newest slot at which it was read.
pub(in crate::core) struct Row {
    pub loan_key: Pubkey,
    pub vehicle_key: Pubkey,
    pub wallet_key: Pubkey,
    pub lender: LenderId,
    unlock: UnlockId,
    index: u32,
    terms: Terms,
    ledger: Owed,
    status: LoanStatus,
    pub invocations_open: u16,
    car: Car,
    /// Notices, holds and locks. Most loans have none.
    enforced: Option<Box<Enforced>>,
    pub escrow: EscrowPart,
    /// Balance of the car wallet, base units.
    pub wallet: u64,
    /// When each part was read, [`Mark::NEVER`] for one that was not.
    pub read: ReadAt,
    /// When it is to be looked at again though nothing happens; `i64::MAX` for never. The agenda holds the same.
    pub deadline: i64,
    pub flags: Flags,
}

/// When each account was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::core) struct ReadAt {
    pub loan: Mark,
    pub vehicle: Mark,
    pub escrow: Mark,
    pub wallet: Mark,
}

/// What holds of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts of one row, in one byte each")]
pub(in crate::core) struct Flags {
    /// The account exists and decodes, as far as is known.
    pub has_loan: bool,
    pub has_vehicle: bool,
    pub has_escrow: bool,
    pub has_wallet: bool,
    pub queue: Queue,
    /// Its wallet's changes are reported at once.
    pub is_watched: bool,
}

/// Whether a row waits to be decided about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::core) enum Queue {
    /// It does not.
    #[default]
    None,
    /// When nothing more urgent waits.
    Later,
    /// As soon as may be: something has happened to it.
    Urgent,
}

/// What an escrow account decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::core) struct EscrowPart {
    /// Lamports of the account, rent included.
    pub lamports: u64,
    /// The rent deposit as it was paid, lamports.
    pub rent: u64,
}

/// A loan's ledger without its totals, which no rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owed {
    principal: u64,
    interest: u64,
    interest_remainder: u64,
    as_of: i64,
    fees: u64,
    paid_scheduled: u64,
    unsent: u64,
    late_decided: u16,
}

/// What of a vehicle changes with every request, and its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Car {
    device_key: Pubkey,
    last_seq_asked: u64,
    last_seq_proven: u64,
    void_through: u64,
    last_unlock_asked: u64,
    is_distrusted: bool,
}

/// What lender, borrower and keepers have done about a loan that was not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Enforced {
    notices: Notices,
    hold_until: i64,
    stay_from: i64,
    stay_until: i64,
    emergency_from: i64,
    lock: LockState,
    asked: AskedLock,
    open: OpenInvocation,
}

impl Enforced {
    const NOTHING: Self = Self {
        notices: Notices {
            channels: [latchkey::state::Service { requested_at: 0, served_at: 0 };
                latchkey::state::NoticeChannels::COUNT],
            final_notice: latchkey::state::Service { requested_at: 0, served_at: 0 },
            warned_instalment: 0,
            warn_attempts: 0,
            final_attempts: 0,
        },
        hold_until: 0,
        stay_from: 0,
        stay_until: 0,
        emergency_from: 0,
        lock: LockState::UNLOCKED,
        asked: AskedLock::NONE,
        open: OpenInvocation::NONE,
    };
}

impl From<&Ledger> for Owed {
    fn from(ledger: &Ledger) -> Self {
        let Ledger {
            principal,
            interest,
            interest_remainder,
            as_of,
            fees,
            paid_scheduled,
            unsent,
            late_decided,
            ..
        } = *ledger;
        Self { principal, interest, interest_remainder, as_of, fees, paid_scheduled, unsent, late_decided }
    }
}

impl From<Owed> for Ledger {
    fn from(owed: Owed) -> Self {
        let Owed {
            principal,
            interest,
            interest_remainder,
            as_of,
            fees,
            paid_scheduled,
            unsent,
            late_decided,
        } = owed;
        Self {
            principal,
            interest,
            interest_remainder,
            as_of,
            fees,
            paid_scheduled,
            unsent,
            late_decided,
            ..Self::default()
        }
    }
}

impl Row {
    /// A loan whose other accounts are not known yet.
    pub fn new(loan_key: Pubkey, loan: &Loan, lender: LenderId, unlock: UnlockId, read_at: Mark) -> Self {
        let mut row = Self {
            loan_key,
            vehicle_key: loan.vehicle,
            wallet_key: loan.wallet,
            lender,
            unlock,
            index: loan.index,
            terms: loan.terms,
            ledger: Owed::from(&loan.ledger),
            status: loan.status,
            invocations_open: loan.invocations_open,
            car: Car::default(),
            enforced: None,
            escrow: EscrowPart::default(),
            wallet: 0,
            read: ReadAt { loan: read_at, ..ReadAt::default() },
            deadline: i64::MAX,
            flags: Flags { has_loan: true, ..Flags::default() },
        };
        row.take_loan(loan);
        row
    }

    /// Takes in the loan's account. Returns whether it differs. Lender and pinned unlock are the caller's to set.
    pub fn take_loan(&mut self, loan: &Loan) -> bool {
        let ledger = Owed::from(&loan.ledger);
        let before = (self.terms, self.ledger, self.status, self.invocations_open);
        let differs = before != (loan.terms, ledger, loan.status, loan.invocations_open);
        (self.terms, self.ledger) = (loan.terms, ledger);
        (self.status, self.invocations_open) = (loan.status, loan.invocations_open);
        let enforced = Enforced {
            notices: loan.notices,
            hold_until: loan.hold_until,
            stay_from: loan.stay_from,
            stay_until: loan.stay_until,
            emergency_from: loan.emergency_from,
            ..self.enforced()
        };
        self.set_enforced(enforced) || differs
    }

    /// Takes in the vehicle's account. Returns whether it differs.
    pub fn take_vehicle(&mut self, vehicle: &Vehicle) -> bool {
        let car = Car {
            device_key: vehicle.device_key,
            last_seq_asked: vehicle.last_seq_asked,
            last_seq_proven: vehicle.last_seq_proven,
            void_through: vehicle.void_through,
            last_unlock_asked: vehicle.last_unlock_asked,
            is_distrusted: vehicle.distrusted,
        };
        let differs = !self.flags.has_vehicle || car != self.car;
        self.car = car;
        self.flags.has_vehicle = true;
        let Vehicle { lock, asked, open, .. } = *vehicle;
        self.set_enforced(Enforced { lock, asked, open, ..self.enforced() }) || differs
    }

    /// The loan as the rules judge it.
    pub fn loan(&self, lender: Pubkey, unlock: &Unlock) -> Loan {
        let parties = LoanParties {
            lender,
            borrower: Pubkey::default(),
            vehicle: self.vehicle_key,
            wallet: self.wallet_key,
            rent_payer: Pubkey::default(),
        };
        let Enforced { notices, hold_until, stay_from, stay_until, emergency_from, .. } = self.enforced();
        Loan {
            status: self.status,
            ledger: self.ledger.into(),
            notices,
            hold_until,
            stay_from,
            stay_until,
            emergency_from,
            invocations_open: self.invocations_open,
            unlock_fee: unlock.fee,
            unlock_ttl_secs: unlock.ttl_secs,
            unlock_keys: unlock.keys,
            unlock_uri: unlock.uri.clone(),
            ..Loan::new(0, parties, self.index, self.terms, PinnedUnlock::default(), 0)
        }
    }

    /// The vehicle as the rules judge it.
    pub fn vehicle(&self, lender: Pubkey) -> Vehicle {
        let Car {
            device_key,
            last_seq_asked,
            last_seq_proven,
            void_through,
            last_unlock_asked,
            is_distrusted,
        } = self.car;
        let Enforced { lock, asked, open, .. } = self.enforced();
        Vehicle {
            active_loan: self.loan_key,
            distrusted: is_distrusted,
            last_seq_asked,
            last_seq_proven,
            void_through,
            last_unlock_asked,
            lock,
            asked,
            open,
            ..Vehicle::new(0, lender, device_key, [0; 32])
        }
    }

    pub const fn unlock(&self) -> UnlockId {
        self.unlock
    }

    pub const fn set_unlock(&mut self, unlock: UnlockId) {
        self.unlock = unlock;
    }

    pub const fn last_seq_asked(&self) -> u64 {
        self.car.last_seq_asked
    }

    pub const fn last_seq_proven(&self) -> u64 {
        self.car.last_seq_proven
    }

    /// Whether the newest request is open.
    pub fn is_request_open(&self) -> bool {
        self.enforced().open.is_open
    }

    fn enforced(&self) -> Enforced {
        self.enforced.as_deref().copied().unwrap_or(Enforced::NOTHING)
    }

    fn set_enforced(&mut self, enforced: Enforced) -> bool {
        let differs = enforced != self.enforced();
        if differs {
            self.enforced = (enforced != Enforced::NOTHING).then(|| Box::new(enforced));
        }
        differs
    }
}
