//! A loan and all around it, for the core's own tests.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{
    ACCOUNT_VERSION, Action, Escrow, Function, Invocation, Ledger, Lender, Loan, LoanStatus, LockState,
    Overpayment, Period, PolicyFloors, Terms, Vehicle, Waterfall,
};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::pda;

use super::chain_state::LoanView;
use super::policy::Policy;

/// The command key of every function.
pub const COMMAND_KEY: Pubkey = Pubkey::new_from_array([7; 32]);
const TOKEN_PROGRAM: Pubkey = anchor_lang::prelude::pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The keeper.
pub const ME: Pubkey = Pubkey::new_from_array([8; 32]);

/// A loan and all around it.
#[derive(Clone)]
pub struct LoanFixture {
    pub lender: Lender,
    pub loan: Loan,
    pub vehicle: Vehicle,
    pub escrow: Escrow,
    pub escrow_lamports: u64,
    pub wallet: u64,
    pub functions: [Function; 3],
    pub invocations: Vec<(Pubkey, Invocation)>,
}

/// A policy that serves everybody.
pub fn policy() -> Policy {
    Policy { min_fee: 0, lenders: Vec::new(), command_keys: vec![COMMAND_KEY], escrow_rent: 0 }
}

/// What the tests vary; the program's accounts cannot be printed.
impl std::fmt::Debug for LoanFixture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Loan { status, ledger, notice, hold_until, emergency_until, warned_through, .. } = &self.loan;
        let requests = self.invocations.iter();
        let requests: Vec<_> = requests.map(|(_, it)| (it.action, it.requested_at, it.claim)).collect();
        f.debug_struct("LoanFixture")
            .field("wallet", &self.wallet)
            .field("status", status)
            .field("ledger", ledger)
            .field("notice", notice)
            .field("notice_secs", &self.loan.terms.notice_secs)
            .field("hold, emergency, pause", &(hold_until, emergency_until, self.lender.paused_until))
            .field("warned_through", warned_through)
            .field("lock", &self.vehicle.lock)
            .field("requests", &requests)
            .finish_non_exhaustive()
    }
}

impl LoanFixture {
    /// Ten instalments of 1,000 every 100 s from time 1,000: late after 20 s, grace 50 s, no notice, locks for 300 s.
    pub fn new() -> Self {
        let nobody = Pubkey::default();
        let terms = Terms {
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
        };
        let function = |action| Function {
            version: ACCOUNT_VERSION,
            bump: 0,
            lender: nobody,
            action,
            fee: 1_000,
            bond: 500,
            lease_secs: 60,
            ttl_secs: 600,
            command_key: COMMAND_KEY,
            uri: String::new(),
            code_hash: [0; 32],
            revision: 1,
            reserved: [0; 64],
        };
        Self {
            lender: Lender {
                version: ACCOUNT_VERSION,
                bump: 0,
                first_authority: nobody,
                authority: nobody,
                pending_authority: None,
                servicer: nobody,
                mint: nobody,
                treasury: nobody,
                floors: PolicyFloors {
                    min_grace_secs: 0,
                    min_notice_secs: 0,
                    max_apr_bps: u16::MAX,
                    max_late_fee: u64::MAX,
                    min_late_after_secs: 0,
                    min_emergency_secs: 0,
                    min_emergency_max: 0,
                    max_lock_ttl_secs: 0,
                },
                keepers: Vec::new(),
                paused_until: 0,
                vehicles: 1,
                loans_opened: 1,
                loans_closed: 0,
                reserved: [0; 64],
            },
            loan: Loan {
                version: ACCOUNT_VERSION,
                bump: 0,
                lender: nobody,
                borrower: nobody,
                vehicle: nobody,
                wallet: nobody,
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
                rent_payer: nobody,
                reserved: [0; 32],
            },
            vehicle: Vehicle {
                version: ACCOUNT_VERSION,
                bump: 0,
                lender: nobody,
                first_device_key: nobody,
                device_key: nobody,
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
            },
            escrow: Escrow {
                version: ACCOUNT_VERSION,
                bump: 0,
                loan: nobody,
                unlock_reserve: 1_000,
                deposited: 10_000,
                committed: 0,
                paid: 0,
                refunded: 0,
                forfeited: 0,
                withdrawn: 0,
                reserved: [0; 64],
            },
            escrow_lamports: 10_000,
            wallet: 0,
            functions: Action::ALL.map(function),
            invocations: Vec::new(),
        }
    }

    /// The newest request, of this kind and unclaimed, made at `now`.
    pub fn request(&mut self, action: Action, now: i64) {
        let seq = self.vehicle.last_seq_asked + 1;
        let function = self.functions.iter().find(|function| function.action == action).unwrap();
        let expires_at = now + i64::from(function.ttl_secs);
        self.vehicle.last_seq_asked = seq;
        self.vehicle.open = Some(latchkey::state::OpenInvocation { action, expires_at });
        let until = now + i64::from(self.loan.terms.lock_ttl_secs);
        if action == Action::Lock {
            self.vehicle.lock_asked = Some(latchkey::state::AskedLock { seq, until });
        }
        let invocation = Invocation {
            version: ACCOUNT_VERSION,
            bump: 0,
            lender: Pubkey::default(),
            loan: self.view().keys.loan,
            vehicle: Pubkey::default(),
            borrower: Pubkey::default(),
            seq,
            action,
            function_revision: 1,
            command_key: COMMAND_KEY,
            fee: function.fee,
            bond: function.bond,
            lease_secs: function.lease_secs,
            requested_at: now,
            expires_at,
            lock_until: if action == Action::Lock { until } else { 0 },
            instalment: 1,
            claim: None,
            last_lapsed: None,
            rent_payer: ME,
            reserved: [0; 32],
        };
        self.invocations.push((pda::invocation(&Pubkey::default(), seq), invocation));
    }

    /// The newest request is claimed.
    pub fn claim(&mut self, keeper: Pubkey, now: i64) {
        let (_, invocation) = self.invocations.last_mut().unwrap();
        let lease_end = now + i64::from(invocation.lease_secs);
        invocation.claim = Some(latchkey::state::Claim { keeper, lease_end, bond: invocation.bond });
    }

    /// As the core sees it.
    pub fn view(&self) -> LoanView<'_> {
        let keys = LoanKeys::new(Pubkey::default(), &self.lender, Pubkey::default(), 0, TOKEN_PROGRAM);
        let [warn, lock, unlock] = &self.functions;
        LoanView {
            keys,
            lender: &self.lender,
            loan: &self.loan,
            vehicle: &self.vehicle,
            escrow: &self.escrow,
            escrow_lamports: self.escrow_lamports,
            wallet: self.wallet,
            invocations: self.invocations.iter().map(|(key, invocation)| (*key, invocation)).collect(),
            functions: [Some(warn), Some(lock), Some(unlock)],
        }
    }
}
