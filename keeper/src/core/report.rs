//! What an operator may ask: how the keeper stands, and what it waits for.

use anchor_lang::prelude::Pubkey;
use latchkey::errors::LatchkeyError;
use latchkey::rules::gates::{Asker, check_unlock};
use latchkey::state::{Action, Invocation, LoanStatus};

use super::Core;
use super::backlog::Entry;
use super::book::{LoanView, RowId};
use super::call::Call;
use super::context::Context;
use super::submission::Submissions;

/// How the keeper stands, in numbers. Times are of the chain's clock, Unix seconds; since when something lasts is when this
/// keeper first saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The chain's time; 0 as long as it is not known.
    pub now: i64,
    /// Whether it has read every account of the program once.
    pub has_read_all: bool,
    /// Loans for which something is due that is not done.
    pub loans_waiting: usize,
    /// Since when the first of them waits.
    pub waiting_since: Option<i64>,
    /// Cars that may be locked, as far as the chain knows, though an unlock is due.
    pub locked_though_cured: usize,
    /// Since when the first of them is.
    pub locked_since: Option<i64>,
    /// Leases that it holds.
    pub leases: usize,
    /// Calls of functions under way.
    pub calls_running: usize,
    /// Whether the breaker has stopped locks.
    pub locks_are_stopped: bool,
    /// Whether it takes no new work, because it is to stop.
    pub is_stopping: bool,
}

/// What the keeper waits for, over all loans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub health: Health,
    /// Loans for which something is due, the one that waits longest first.
    pub waiting: Vec<LoanWaiting>,
    /// When it looks at which loan next though nothing happens.
    pub next: Vec<(i64, Pubkey)>,
}

/// What one loan waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoanWaiting {
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    /// Since when its car may be locked though an unlock is due.
    pub locked_since: Option<i64>,
    pub work: Vec<Work>,
    pub calls: Vec<OpenCall>,
}

/// Work that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// As logs and metrics name it.
    pub name: &'static str,
    pub since: i64,
    pub state: WorkState,
}

/// Why it is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkState {
    /// Its transaction is under way.
    UnderWay,
    /// So many have failed in a row, and the next is sent then.
    Pauses { failures: u32, until: i64 },
    /// It comes after other work of the loan, or other keepers go first.
    Waits,
}

/// A call that is open on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCall {
    pub invocation: Pubkey,
    pub action: Action,
    pub seq: u64,
    pub requested_at: i64,
    pub expires_at: i64,
    /// Who holds its lease, and until when.
    pub lease: Option<(Pubkey, i64)>,
    pub state: CallState,
}

/// What this keeper does for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// It has not called the function.
    NotTried,
    /// The function is being called.
    Running,
    /// So many calls have brought no receipt, and the next is made then.
    Pauses { failures: u32, until: i64 },
    /// The function has refused, and the lease is to be given back.
    Refused,
    /// The car has signed the receipt, which is to be settled.
    Proven,
}

/// One loan, as the keeper knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanReport {
    pub waiting: LoanWaiting,
    pub lender: Pubkey,
    /// What is known of it; `None` as long as not all of its accounts were read.
    pub standing: Option<Standing>,
    /// When it looks at the loan again though nothing happens.
    pub next_look: Option<i64>,
}

/// Where a loan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub status: LoanStatus,
    /// The first instalment that is not paid, if any is past due.
    pub past_due_since: Option<i64>,
    /// Balance of the car wallet, base units of its token.
    pub wallet: u64,
    /// What the escrow can pay out, lamports.
    pub escrow: u64,
    /// Until when the car may be locked, if it may be now.
    pub may_be_locked_until: Option<i64>,
    /// Whether this keeper serves the lender at all.
    pub is_served: bool,
}

impl Core {
    /// How the keeper stands.
    pub fn health(&self) -> Health {
        let entries = || self.backlog.all().map(|(_, entry)| entry);
        let locked = || entries().filter_map(|entry| entry.locked_since);
        let waiting = || entries().filter_map(first_wait);
        Health {
            now: self.now,
            has_read_all: self.book.has_read_all(),
            loans_waiting: waiting().count(),
            waiting_since: waiting().min(),
            locked_though_cured: locked().count(),
            locked_since: locked().min(),
            leases: self.leases(),
            calls_running: self.calls.values().filter(|call| call.is_running()).count(),
            locks_are_stopped: self.breaker.is_tripped(),
            is_stopping: self.is_stopping,
        }
    }

    /// What it waits for: of loans that wait, and of those that it looks at next, `most` each.
    pub fn report(&self, most: usize) -> Report {
        let rank = |entry: &Entry| (entry.locked_since.unwrap_or(i64::MAX), first_wait(entry));
        let mut waiting: Vec<_> = self.backlog.all().map(|(id, entry)| (rank(entry), id)).collect();
        waiting.sort_unstable();
        let waiting = waiting.into_iter().take(most).filter_map(|(_, id)| self.waiting(id)).collect();
        let loan = |(at, id)| Some((at, self.book.address(id)?.loan));
        let next = self.agenda.first(most).filter_map(loan).collect();
        Report { health: self.health(), waiting, next }
    }

    /// What it knows of one loan; `None` if it knows none at this address.
    pub fn loan_report(&self, loan: &Pubkey) -> Option<LoanReport> {
        let id = self.book.row_of_loan(loan)?;
        let address = self.book.address(id)?;
        let standing = self.book.view(id).map(|view| self.standing(&view));
        let next_look = Some(address.deadline).filter(|deadline| *deadline != i64::MAX);
        Some(LoanReport { waiting: self.waiting(id)?, lender: address.lender, standing, next_look })
    }

    fn standing(&self, view: &LoanView<'_>) -> Standing {
        let at = view.at(self.time_of(view));
        Standing {
            status: view.loan.status,
            past_due_since: at.oldest_unpaid_due().ok().flatten(),
            wallet: view.wallet,
            escrow: view.escrow.lamports.saturating_sub(view.escrow.rent.max(self.setup.escrow_rent)),
            may_be_locked_until: view
                .vehicle
                .lock_asked()
                .filter(|_| view.vehicle.may_be_locked_at(at.now))
                .map(|asked| asked.until),
            is_served: self.setup.policy.serves(&view.lender_key),
        }
    }

    fn waiting(&self, id: RowId) -> Option<LoanWaiting> {
        let address = self.book.address(id)?;
        let entry = self.backlog.of(id).cloned().unwrap_or_default();
        let submissions = self.submissions.get(&address.vehicle);
        let work = entry.waiting.iter().map(|waiting| {
            let name = waiting.due.name;
            Work { name, since: waiting.since, state: work_state(submissions, name, self.now) }
        });
        let calls = self.book.calls_of(id).map(|(key, invocation)| self.open_call(key, invocation));
        Some(LoanWaiting {
            loan: address.loan,
            vehicle: address.vehicle,
            locked_since: entry.locked_since,
            work: work.collect(),
            calls: calls.collect(),
        })
    }

    fn open_call(&self, key: Pubkey, invocation: &Invocation) -> OpenCall {
        let state = match self.calls.get(&key) {
            None | Some(Call::Ready { failures: 0, .. }) => CallState::NotTried,
            Some(Call::Running { .. }) => CallState::Running,
            Some(Call::Refused { .. }) => CallState::Refused,
            Some(Call::Proven { .. }) => CallState::Proven,
            Some(Call::Ready { failures, not_before }) => {
                CallState::Pauses { failures: *failures, until: *not_before }
            }
        };
        OpenCall {
            invocation: key,
            action: invocation.action,
            seq: invocation.seq,
            requested_at: invocation.requested_at,
            expires_at: invocation.expires_at,
            lease: invocation.claim().map(|claim| (claim.keeper, claim.lease_end)),
            state,
        }
    }
}

/// Since when a loan's first work waits.
fn first_wait(entry: &Entry) -> Option<i64> {
    entry.waiting.iter().map(|waiting| waiting.since).min()
}

fn work_state(submissions: Option<&Submissions>, name: &str, now: i64) -> WorkState {
    let Some(submissions) = submissions else { return WorkState::Waits };
    if submissions.is_sent(name) {
        return WorkState::UnderWay;
    }
    match submissions.pause_of(name, now) {
        Some((failures, until)) => WorkState::Pauses { failures, until },
        None => WorkState::Waits,
    }
}

/// Whether the car may be locked, as far as the chain knows, though an unlock is due, whatever is open.
pub(super) fn is_locked_though_cured(context: &Context<'_>) -> bool {
    let vehicle = &context.view.vehicle;
    vehicle.may_be_locked_at(context.at.now)
        && !matches!(check_unlock(&context.at, vehicle, Asker::Anyone), Err(LatchkeyError::UnlockNotDue))
}

#[cfg(test)]
mod tests {
    use latchkey::state::{AskedLock, LockState};

    use super::*;
    use crate::core::fixture::{self, KEEPER, LoanFixture};
    use crate::core::tests::{started, tell_of};
    use crate::core::{Event, FunctionReply, Lane, Verdict};

    /// A car that is locked, of a loan that is cured.
    fn cured() -> LoanFixture {
        let mut fixture = LoanFixture { wallet: 20_000, ..LoanFixture::defaulted() };
        fixture.lock();
        fixture
    }

    #[test]
    fn a_keeper_that_has_read_nothing_says_so() {
        let health = crate::core::tests::core().health();
        assert_eq!(health, Health::default());
        assert!(!health.has_read_all);
    }

    #[test]
    fn a_loan_for_which_nothing_is_due_waits_for_nothing() {
        let fixture = LoanFixture::new();
        let (core, _) = started(&fixture, 500);
        let health = core.health();
        assert_eq!((health.now, health.loans_waiting, health.waiting_since), (500, 0, None));
        assert!(health.has_read_all);
        let report = core.report(10);
        assert_eq!(report.waiting, []);
        assert_eq!(report.next[0].1, fixture.keys().loan);
    }

    #[test]
    fn a_car_counts_as_locked_though_cured_from_the_cure_to_the_proof_whatever_is_open() {
        let mut fixture = cured();
        let (mut core, _) = started(&fixture, 1_060);
        let locked = |core: &Core| (core.health().locked_though_cured, core.health().locked_since);
        assert_eq!(locked(&core), (1, Some(1_060)));
        // Its unlock is asked for, and the car does not answer.
        fixture.request(Action::Unlock, 1_061);
        core.apply(Event::Clock(1_061));
        tell_of(&mut core, &fixture, 2);
        core.apply(Event::Clock(1_090));
        assert_eq!(locked(&core), (1, Some(1_060)));
        // The car has proven it.
        (fixture.vehicle.lock, fixture.vehicle.asked) = (LockState::UNLOCKED, AskedLock::NONE);
        tell_of(&mut core, &fixture, 3);
        assert_eq!(locked(&core), (0, None));
        // A lock that is right counts as none, and neither does one that has run out.
        let mut late = LoanFixture::defaulted();
        late.lock();
        assert_eq!(locked(&started(&late, 1_060).0), (0, None));
        assert_eq!(locked(&started(&cured(), 4_649).0).0, 1);
        assert_eq!(locked(&started(&cured(), 4_650).0).0, 0);
    }

    #[test]
    fn work_is_under_way_pauses_after_a_failure_or_waits_and_the_first_sight_of_it_counts() {
        let fixture = LoanFixture::defaulted();
        let (loan, vehicle) = (fixture.keys().loan, fixture.keys().vehicle);
        let (mut core, _) = started(&fixture, 1_060);
        let work = |core: &Core| {
            let report = core.loan_report(&loan).unwrap();
            report.waiting.work.into_iter().find(|work| work.name == "request_lock")
        };
        let since = 1_060;
        let under_way = Work { name: "request_lock", since, state: WorkState::UnderWay };
        assert_eq!(work(&core), Some(under_way));
        core.apply(Event::Clock(1_070));
        core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Failed });
        let Some(Work { since: 1_060, state: WorkState::Pauses { failures: 1, until }, .. }) = work(&core)
        else {
            panic!("{:?}", work(&core))
        };
        assert!(until > 1_070);
        assert_eq!(core.health().waiting_since, Some(since));
        assert_eq!(core.report(10).waiting[0].loan, loan);
    }

    #[test]
    fn a_lock_that_is_prepared_for_its_second_is_not_due_before() {
        let mut fixture = LoanFixture::warned();
        fixture.loan.ledger.as_of = 1_030;
        let (mut core, _) = started(&fixture, 1_049);
        assert_eq!(core.health().loans_waiting, 0);
        core.apply(Event::Clock(1_050));
        assert_eq!(core.health().loans_waiting, 1);
    }

    #[test]
    fn a_call_is_told_with_its_lease_and_what_became_of_the_function() {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        let (key, lease_end) = (fixture.invocations[0].0, fixture.invocations[0].1.claim_lease_end);
        let (mut core, _) = started(&fixture, 1_060);
        let loan = fixture.keys().loan;
        let state = |core: &Core| {
            let call = core.loan_report(&loan).unwrap().waiting.calls[0].clone();
            assert_eq!(
                (call.invocation, call.action, call.lease),
                (key, Action::Lock, Some((KEEPER, lease_end)))
            );
            call.state
        };
        assert_eq!(state(&core), CallState::Running);
        assert_eq!((core.health().leases, core.health().calls_running), (1, 1));
        core.apply(Event::FunctionReplied { invocation: key, reply: FunctionReply::Retry });
        assert!(matches!(state(&core), CallState::Pauses { failures: 1, .. }));
        let receipt = FunctionReply::Receipt(Box::new(fixture::receipt()));
        core.apply(Event::FunctionReplied { invocation: key, reply: receipt });
        assert_eq!(state(&core), CallState::Proven);
    }

    #[test]
    fn a_loan_is_told_with_its_standing_and_one_that_is_not_known_is_not() {
        let fixture = cured();
        let (core, _) = started(&fixture, 1_060);
        let standing = core.loan_report(&fixture.keys().loan).unwrap().standing.unwrap();
        assert_eq!((standing.wallet, standing.may_be_locked_until), (20_000, Some(4_650)));
        assert!(standing.is_served);
        assert_eq!(core.loan_report(&fixture::OTHER), None);
    }
}
