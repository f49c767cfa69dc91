//! A loan and the accounts around it, for the core's own tests.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::fixtures;
use latchkey::rules::invocation;
use latchkey::state::{
    Action, AskedLock, Claim, Escrow, Function, Invocation, Lender, Loan, LoanStatus, LockState, Vehicle,
};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::pda;

use super::call::Call;
use super::chain_state::LoanView;
use super::context::Context;
use super::duties;
use super::operation::Operation;
use super::policy::Policy;

const TOKEN_PROGRAM: Pubkey = anchor_lang::prelude::pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The keeper that decides.
pub const KEEPER: Pubkey = Pubkey::new_from_array([8; 32]);
/// Any other key.
pub const OTHER: Pubkey = Pubkey::new_from_array([9; 32]);

/// A loan and the accounts around it.
#[derive(Clone)]
pub struct LoanFixture {
    pub lender: Lender,
    pub loan: Loan,
    pub vehicle: Vehicle,
    pub escrow: Escrow,
    pub escrow_lamports: u64,
    pub wallet: u64,
    pub functions: [Function; Action::ALL.len()],
    pub invocations: Vec<(Pubkey, Invocation)>,
}

/// A policy that serves every lender.
pub fn policy() -> Policy {
    Policy { min_fee: 0, lenders: Vec::new(), command_keys: vec![fixtures::COMMAND_KEY] }
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

/// What [`KEEPER`] decides on.
pub fn context<'a>(
    view: &'a LoanView<'a>,
    now: i64,
    policy: &'a Policy,
    calls: &'a HashMap<Pubkey, Call>,
) -> Context<'a> {
    Context { view, at: view.at(now), keeper: KEEPER, policy, escrow_rent: 0, calls }
}

impl LoanFixture {
    /// A fresh loan on [`fixtures::terms`], its wallet empty and its escrow funded.
    pub fn new() -> Self {
        Self {
            lender: fixtures::lender(),
            loan: fixtures::loan(fixtures::terms()),
            vehicle: fixtures::vehicle(),
            escrow: fixtures::escrow(),
            escrow_lamports: 10_000,
            wallet: 0,
            functions: Action::ALL.map(fixtures::function),
            invocations: Vec::new(),
        }
    }

    /// A loan in default of which every warning has been given.
    pub fn defaulted() -> Self {
        let mut fixture = Self::new();
        fixture.loan.status = LoanStatus::Defaulted;
        fixture.loan.warned_through = 10;
        fixture
    }

    /// The car has proven a lock that was requested at 1,050 and ends at 1,350.
    pub fn lock(&mut self) {
        self.vehicle.lock = LockState::Locked { since: 1_050, until: 1_350 };
        self.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 1_350 });
        self.vehicle.last_seq_asked = 1;
    }

    /// A new request for `action`, unclaimed, made at `now`.
    pub fn request(&mut self, action: Action, now: i64) {
        let function = self.functions.iter().find(|function| function.action == action).unwrap();
        let requested = invocation::request(function, &mut self.loan, &mut self.vehicle, now).unwrap();
        let invocation = Invocation::new(function, self.view().keys.loan, &self.loan, requested, now);
        let invocation = Invocation { rent_payer: KEEPER, ..invocation };
        self.invocations.push((pda::invocation(&Pubkey::default(), requested.seq), invocation));
    }

    /// The newest request is claimed.
    pub fn claim(&mut self, keeper: Pubkey, now: i64) {
        let (_, invocation) = self.invocations.last_mut().unwrap();
        let lease_end = now + i64::from(invocation.lease_secs);
        invocation.claim = Some(Claim { keeper, lease_end, bond: invocation.bond });
    }

    /// As the core sees it.
    pub fn view(&self) -> LoanView<'_> {
        let keys = LoanKeys::new(Pubkey::default(), &self.lender, Pubkey::default(), 0, TOKEN_PROGRAM);
        LoanView {
            keys,
            lender: &self.lender,
            loan: &self.loan,
            vehicle: &self.vehicle,
            escrow: &self.escrow,
            escrow_lamports: self.escrow_lamports,
            wallet: self.wallet,
            invocations: self.invocations.iter().map(|(key, invocation)| (*key, invocation)).collect(),
            functions: self.functions.each_ref().map(Some),
        }
    }

    /// What [`KEEPER`] does at `now` if it serves every lender and has made no calls.
    pub fn next_operation(&self, now: i64) -> Option<Operation> {
        self.next_operation_with(now, &policy(), &HashMap::new())
    }

    /// What [`KEEPER`] does at `now`.
    pub fn next_operation_with(
        &self,
        now: i64,
        policy: &Policy,
        calls: &HashMap<Pubkey, Call>,
    ) -> Option<Operation> {
        duties::next_operation(&context(&self.view(), now, policy, calls))
    }

    /// The calls that [`KEEPER`] starts at `now` if it has made none, and their limits, seconds.
    pub fn calls_to_start(&self, now: i64) -> Vec<(Pubkey, u64)> {
        duties::calls_to_start(&context(&self.view(), now, &policy(), &HashMap::new()))
    }
}
