//! A fleet of loans as accounts on chain: the same in every run.

use anchor_lang::AccountSerialize;
use anchor_lang::prelude::Pubkey;
use latchkey::fixtures;
use latchkey::state::{
    Action, AskedLock, Calendar, Escrow, Lender, Loan, LoanStatus, LockState, Notices, Service, Terms,
    Vehicle,
};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::pda;
use latchkey_keeper::core::{RawAccount, Snapshot, Update};
use sha2::{Digest as _, Sha256};

/// When the fleet is looked at: 2027-01-15 08:00 UTC.
pub const NOW: i64 = 1_800_000_000;
/// Loans a lender has.
const LOANS_A_LENDER: u32 = 2_000;
/// Every so many loans, one is in default with its car locked.
const ONE_IN_DEFAULT: u32 = 20;
const MONTH: i64 = 30 * 86_400;
const TOKEN_PROGRAM: Pubkey = anchor_lang::prelude::pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
const MINT: Pubkey = Pubkey::new_from_array([2; 32]);

/// The key that signs the commands of every function.
pub const COMMAND_KEY: Pubkey = fixtures::COMMAND_KEY;

/// A loan and the accounts around it.
pub struct FleetLoan {
    /// Its addresses.
    pub keys: LoanKeys,
    /// The loan as it stands on chain.
    pub loan: Loan,
    vehicle: Vehicle,
    escrow: Escrow,
    /// Balance of its wallet.
    pub wallet: u64,
}

impl FleetLoan {
    /// Loan number `number` of the fleet. Due dates are spread evenly over the month.
    pub fn new(number: u32) -> Self {
        let (lender_key, lender) = lender(number / LOANS_A_LENDER);
        let vehicle_key = address("vehicle", number);
        let keys = LoanKeys::new(lender_key, &lender, vehicle_key, 0, TOKEN_PROGRAM);
        let next_due = NOW + 60 + i64::from(number) * 7_919 % MONTH;
        let terms = Terms {
            principal: 1_200_000_000_000,
            apr_ppm: 180_000,
            instalment: 30_000_000_000,
            count: 48,
            first_due: next_due - 12 * MONTH,
            calendar: Calendar::seconds(30 * 86_400),
            grace_secs: 864_000,
            late_after_secs: 432_000,
            warn_after_secs: 86_400,
            min_channels: 2,
            notice_secs: 259_200,
            notice_max_age_secs: 5_184_000,
            ..fixtures::terms()
        };
        let in_default = number.is_multiple_of(ONE_IN_DEFAULT);
        let paid = if in_default { 11 } else { 12 };
        let mut loan = Loan {
            lender: lender_key,
            vehicle: vehicle_key,
            wallet: keys.wallet,
            borrower: address("borrower", number),
            ..fixtures::loan(terms)
        };
        loan.ledger.paid_scheduled = terms.instalment * paid;
        loan.ledger.principal -= terms.instalment * paid / 2;
        loan.ledger.as_of = NOW - 3_600;
        loan.ledger.late_decided = 12;
        let mut vehicle = Vehicle {
            lender: lender_key,
            active_loan: keys.loan,
            device_key: address("device", number),
            ..fixtures::vehicle()
        };
        if in_default {
            loan.status = LoanStatus::Defaulted;
            let warned = Service::at(NOW - 20 * 86_400);
            loan.notices = Notices { warned_instalment: 12, warn_attempts: 2, ..Notices::default() };
            loan.notices.channels[0] = warned;
            loan.notices.channels[1] = warned;
            vehicle.lock = LockState::locked(1, NOW - 3_600, NOW + MONTH);
            vehicle.asked = AskedLock { seq: 1, until: NOW + MONTH };
            (vehicle.last_seq_asked, vehicle.last_seq_proven) = (1, 1);
        }
        let escrow = Escrow { loan: keys.loan, ..fixtures::escrow() };
        Self { keys, loan, vehicle, escrow, wallet: 0 }
    }

    /// Its accounts.
    pub fn accounts(&self) -> [(Pubkey, RawAccount); 3] {
        [
            (self.keys.loan, raw(&self.loan)),
            (self.keys.vehicle, raw(&self.vehicle)),
            (self.keys.escrow, raw(&self.escrow)),
        ]
    }
}

/// The lenders of a fleet of so many loans, with their functions and the token program of their mint.
pub fn lenders(loans: u32, slot: u64) -> Snapshot {
    let mut snapshot = Snapshot { slot, token_programs: vec![(MINT, TOKEN_PROGRAM)], ..Snapshot::default() };
    for number in 0..loans.div_ceil(LOANS_A_LENDER) {
        let (key, account) = lender(number);
        snapshot.accounts.push((key, raw(&account)));
        for action in Action::ALL {
            let function = latchkey::state::Function { lender: key, ..fixtures::function(action) };
            snapshot.accounts.push((pda::function(&key, action), raw(&function)));
        }
    }
    snapshot
}

/// A page of the fleet as the keeper reads it.
pub fn page(loans: &[FleetLoan], slot: u64) -> Update {
    let accounts = loans.iter().flat_map(FleetLoan::accounts).map(|(key, account)| (key, Some(account)));
    let wallets = loans.iter().map(|loan| (loan.keys.wallet, loan.wallet));
    Update { slot, accounts: accounts.collect(), wallets: wallets.collect() }
}

fn lender(number: u32) -> (Pubkey, Lender) {
    let authority = address("lender", number);
    let lender = Lender {
        first_authority: authority,
        authority,
        mint: MINT,
        treasury: address("treasury", number),
        ..fixtures::lender()
    };
    (pda::lender(&authority), lender)
}

/// An account as it is on chain.
pub fn raw(account: &impl AccountSerialize) -> RawAccount {
    let mut data = Vec::new();
    // Writing into memory does not fail.
    let _ = account.try_serialize(&mut data);
    RawAccount { data, lamports: 1_000_000_000 }
}

fn address(kind: &str, number: u32) -> Pubkey {
    let digest = Sha256::new().chain_update(kind).chain_update(number.to_le_bytes()).finalize();
    Pubkey::new_from_array(digest.into())
}
