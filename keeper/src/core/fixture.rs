//! A loan and the accounts around it, for the core's own tests.

use std::collections::HashMap;

use anchor_lang::AccountSerialize;
use anchor_lang::prelude::Pubkey;
use latchkey::fixtures;
use latchkey::rules::gates::Asker;
use latchkey::rules::invocation;
use latchkey::rules::invocation::Offer;
use latchkey::rules::ledger::Wallet;
use latchkey::state::{
    Action, AskedLock, Claim, Escrow, Function, Invocation, Lender, Loan, LoanStatus, LockState, Notices,
    Vehicle,
};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::pda;
use latchkey_client::protocol::sealed::Envelope;

use super::account::{RawAccount, Snapshot};
use super::book::{EscrowPart, LoanView};
use super::call::Call;
use super::context::Context;
use super::duties;
use super::event::Verdict;
use super::operation::{Lane, Operation};
use super::policy::Policy;
use super::retry_pauses::RetryPauses;
use super::submission::Submissions;

const TOKEN_PROGRAM: Pubkey = anchor_lang::prelude::pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The keeper that decides.
pub const KEEPER: Pubkey = Pubkey::new_from_array([8; 32]);
const VEHICLE: Pubkey = Pubkey::new_from_array([7; 32]);
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
    /// The keeper does not know the lender's functions.
    pub hidden_functions: bool,
}

/// A policy that serves every lender.
pub fn policy() -> Policy {
    Policy {
        min_fee: 0,
        lenders: Vec::new(),
        command_keys: vec![fixtures::COMMAND_KEY],
        locks_per_hour: 200,
        hosts: super::Hosts::default(),
    }
}

/// What the tests vary; the program's accounts cannot be printed.
impl std::fmt::Debug for LoanFixture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Loan { status, ledger, notices, hold_until, stay_from, stay_until, emergency_from, .. } =
            &self.loan;
        let requests = self.invocations.iter();
        let requests: Vec<_> = requests.map(|(_, it)| (it.action, it.requested_at, it.claim())).collect();
        f.debug_struct("LoanFixture")
            .field("wallet", &self.wallet)
            .field("status", status)
            .field("ledger", ledger)
            .field("notices", notices)
            .field("terms", &self.loan.terms)
            .field("hold, pause", &(hold_until, self.lender.paused_until))
            .field("stay, emergency", &(stay_from, stay_until, emergency_from))
            .field("lock", &self.vehicle.lock)
            .field("requests", &requests)
            .finish_non_exhaustive()
    }
}

/// An account as it is on chain.
pub fn raw(account: &impl AccountSerialize) -> RawAccount {
    let mut data = Vec::new();
    account.try_serialize(&mut data).unwrap();
    RawAccount { data, lamports: 1 }
}

/// A receipt, as far as the core looks into it.
pub fn receipt() -> Envelope {
    Envelope { signer: [0; 32], signature: [0; 64], payload: Vec::new() }
}

/// What [`KEEPER`] has tried for the vehicle.
#[derive(Default)]
pub struct Tried {
    failed: Option<(Operation, i64)>,
    under_way: Option<Operation>,
}

impl Tried {
    /// A transaction failed at `now`, decided on what is still so.
    pub fn failed(operation: Operation, now: i64) -> Self {
        Self { failed: Some((operation, now)), under_way: None }
    }

    /// A transaction has not ended yet.
    pub fn under_way(operation: Operation) -> Self {
        Self { failed: None, under_way: Some(operation) }
    }

    fn submissions(&self, context: &Context<'_>) -> Submissions {
        let mut submissions = Submissions::default();
        if let Some((operation, at)) = &self.failed {
            submissions.start(operation.clone(), context.basis(operation), None);
            submissions.end(operation.lane(), Verdict::Failed, *at, RetryPauses { jitter: 7 });
        }
        if let Some(operation) = &self.under_way {
            submissions.start(operation.clone(), context.basis(operation), None);
        }
        submissions
    }
}

/// What [`KEEPER`] decides on.
pub(super) fn context<'a>(
    view: &'a LoanView<'a>,
    now: i64,
    policy: &'a Policy,
    calls: &'a HashMap<Pubkey, Call>,
) -> Context<'a> {
    Context {
        view,
        at: view.at(now),
        keeper: KEEPER,
        policy,
        escrow_rent: 0,
        calls,
        submissions: None,
        may_lock: true,
        locks_are_stopped: false,
        is_stopping: false,
    }
}

impl LoanFixture {
    /// A fresh loan on [`fixtures::terms`], its wallet empty and its escrow funded.
    pub fn new() -> Self {
        let mut fixture = Self {
            lender: fixtures::lender(),
            loan: Loan { vehicle: VEHICLE, ..fixtures::loan(fixtures::terms()) },
            vehicle: fixtures::vehicle(),
            escrow: fixtures::escrow(),
            escrow_lamports: 10_000,
            wallet: 0,
            functions: Action::ALL.map(fixtures::function),
            invocations: Vec::new(),
            hidden_functions: false,
        };
        fixture.tie();
        fixture
    }

    /// Names the loan's addresses in its accounts.
    fn tie(&mut self) {
        let keys = self.keys();
        self.loan.wallet = keys.wallet;
        (self.vehicle.active_loan, self.escrow.loan) = (keys.loan, keys.loan);
    }

    /// The same on another vehicle, as its loan of this index.
    pub fn on_vehicle(vehicle: Pubkey, index: u32) -> Self {
        let mut fixture = Self::new();
        (fixture.loan.vehicle, fixture.loan.index) = (vehicle, index);
        fixture.tie();
        fixture
    }

    /// A loan whose first instalment was warned of as often as may be.
    pub fn warned() -> Self {
        let mut fixture = Self::new();
        fixture.loan.notices =
            Notices { warned_instalment: 1, warn_attempts: 2, final_attempts: 2, ..Notices::default() };
        fixture
    }

    /// The same, in default.
    pub fn defaulted() -> Self {
        let mut fixture = Self::warned();
        fixture.loan.status = LoanStatus::Defaulted;
        fixture
    }

    /// A notice by one channel is owed, 60 s before a lock.
    pub fn owe_notice(&mut self) {
        let terms = &mut self.loan.terms;
        (terms.min_channels, terms.notice_secs, terms.notice_max_age_secs) = (1, 60, 10_000);
    }

    /// The car has proven a lock that was requested at 1,050 and ends at 4,650.
    pub fn lock(&mut self) {
        self.vehicle.lock = LockState::locked(1, 1_050, 4_650);
        self.vehicle.asked = AskedLock { seq: 1, until: 4_650 };
        self.vehicle.last_seq_asked = 1;
    }

    /// A new request for `action`, unclaimed, made at `now`.
    pub fn request(&mut self, action: Action, now: i64) {
        assert!(self.try_request(action, now), "a request at {now}");
    }

    /// The same if it can be computed: there must be something to warn of.
    pub fn try_request(&mut self, action: Action, now: i64) -> bool {
        let function = self.functions.iter().find(|function| function.action == action).unwrap();
        let offer = match action {
            Action::Unlock => Offer::pinned_unlock(&self.loan),
            Action::Warn | Action::Lock => Offer::from(function),
        };
        let (loan, vehicle, wallet) = (&mut self.loan, &mut self.vehicle, Wallet(self.wallet));
        let requested = invocation::request(&offer, loan, wallet, vehicle, Asker::Anyone, now);
        let Ok(requested) = requested else { return false };
        let invocation = Invocation::new(&offer, self.keys().loan, &self.loan, requested, now);
        let invocation = Invocation { rent_payer: KEEPER, ..invocation };
        self.invocations.push((pda::invocation(&self.loan.vehicle, requested.seq), invocation));
        true
    }

    /// The newest request is claimed.
    pub fn claim(&mut self, keeper: Pubkey, now: i64) {
        let (_, invocation) = self.invocations.last_mut().unwrap();
        let lease_end = now + i64::from(invocation.lease_secs);
        invocation.set_claim(Some(Claim { keeper, lease_end, bond: invocation.bond }));
    }

    /// Its addresses.
    pub fn keys(&self) -> LoanKeys {
        LoanKeys::new(Pubkey::default(), &self.lender, self.loan.vehicle, self.loan.index, TOKEN_PROGRAM)
    }

    /// As the core sees it.
    pub(super) fn view(&self) -> LoanView<'_> {
        let keys = self.keys();
        LoanView {
            lender_key: keys.lender,
            loan_key: keys.loan,
            token_program: keys.token_program,
            lender: &self.lender,
            loan: self.loan.clone(),
            vehicle: self.vehicle.clone(),
            escrow: EscrowPart { lamports: self.escrow_lamports, rent: self.escrow.rent },
            wallet: self.wallet,
            invocations: self.invocations.iter().map(|(key, invocation)| (*key, invocation)).collect(),
            functions: self
                .functions
                .each_ref()
                .map(|function| Some(function).filter(|_| !self.hidden_functions)),
            call_slots: vec![1; self.invocations.len()],
            rival_seen_at: None,
            is_watched: false,
        }
    }

    /// The same as accounts on chain.
    pub fn snapshot(&self, slot: u64) -> Snapshot {
        let keys = self.keys();
        let mut accounts = vec![
            (keys.lender, raw(&self.lender)),
            (keys.vehicle, raw(&self.vehicle)),
            (keys.loan, raw(&self.loan)),
            (keys.escrow, RawAccount { lamports: self.escrow_lamports, ..raw(&self.escrow) }),
        ];
        accounts.extend(self.functions.iter().map(|it| (pda::function(&keys.lender, it.action), raw(it))));
        accounts.extend(self.invocations.iter().map(|(key, it)| (*key, raw(it))));
        let wallets = vec![(keys.wallet, self.wallet)];
        Snapshot { slot, accounts, wallets, token_programs: vec![(keys.mint, TOKEN_PROGRAM)] }
    }

    /// What [`KEEPER`] does for the car at `now` if it serves every lender and has made no calls.
    pub fn next_operation(&self, now: i64) -> Option<Operation> {
        self.next_operation_with(now, &policy(), &HashMap::new())
    }

    /// What [`KEEPER`] does for the car at `now`: the most urgent.
    pub(super) fn next_operation_with(
        &self,
        now: i64,
        policy: &Policy,
        calls: &HashMap<Pubkey, Call>,
    ) -> Option<Operation> {
        let view = self.view();
        let context = context(&view, now, policy, calls);
        let lanes = [Lane::Car, Lane::Receipt].into_iter();
        let next = lanes.filter_map(|lane| duties::due(&context, lane).next());
        next.min_by_key(Operation::priority)
    }

    /// What [`KEEPER`] does in a lane at `now`, after what it has tried.
    pub fn next_operation_in(&self, lane: Lane, now: i64, tried: &Tried) -> Option<Operation> {
        self.next_operation_after(lane, now, &HashMap::new(), tried)
    }

    /// The same, after the calls it has made.
    pub(super) fn next_operation_after(
        &self,
        lane: Lane,
        now: i64,
        calls: &HashMap<Pubkey, Call>,
        tried: &Tried,
    ) -> Option<Operation> {
        let (view, policy) = (self.view(), policy());
        let context = context(&view, now, &policy, calls);
        let submissions = tried.submissions(&context);
        let context = Context { submissions: Some(&submissions), ..context };
        let next = duties::due(&context, lane).next();
        next.filter(|_| submissions.is_free(lane))
    }

    /// The calls that [`KEEPER`] starts at `now` if it has made none, and their limits, seconds.
    pub fn calls_to_start(&self, now: i64) -> Vec<(Pubkey, u64)> {
        self.calls_to_start_with(now, &policy())
    }

    /// The same with a policy.
    pub fn calls_to_start_with(&self, now: i64, policy: &Policy) -> Vec<(Pubkey, u64)> {
        duties::calls_to_start(&context(&self.view(), now, policy, &HashMap::new()))
    }
}
