//! The core decides only about what changed or fell due. Here it is held against one that decides about everything at
//! every event: after any sequence of events both have asked for the same.

use latchkey::state::{Action, Lender, LoanStatus, Service};
use latchkey_tests_cases::cases;
use proptest::prelude::*;

use super::fixture::{KEEPER, LoanFixture, OTHER, policy, raw, receipt};
use super::*;

/// Loans in a sequence.
const LOANS: usize = 4;

/// Something that happens to one of the loans, or to all.
#[derive(Clone, Debug)]
enum Step {
    /// So many seconds pass.
    Pass(i64),
    /// The wallet of a loan holds this.
    Wallet(usize, u64),
    /// A transaction under way ends in one way or another, and the chain shows it if it succeeded.
    End(usize, u8, u8),
    /// A call of a function ends.
    Reply(usize, u8),
    /// A loan's account changes.
    Change(usize, u8),
    /// Another keeper claims what is open.
    Rival(usize),
    /// The lender changes.
    Lender(u8),
    /// Everything is read again.
    Snapshot,
    /// A loan's accounts are heard of as they once were.
    Stale(usize),
    /// A loan is closed.
    Close(usize),
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_i64..40).prop_map(Step::Pass),
        2 => (0_i64..4_000).prop_map(Step::Pass),
        4 => (0..LOANS, 0_u64..2_500).prop_map(|(loan, amount)| Step::Wallet(loan, amount)),
        8 => (0..LOANS, 0_u8..3, 0_u8..6).prop_map(|(loan, lane, verdict)| Step::End(loan, lane, verdict)),
        5 => (0..LOANS, 0_u8..4).prop_map(|(loan, reply)| Step::Reply(loan, reply)),
        5 => (0..LOANS, 0_u8..9).prop_map(|(loan, change)| Step::Change(loan, change)),
        2 => (0..LOANS).prop_map(Step::Rival),
        2 => (0_u8..4).prop_map(Step::Lender),
        2 => Just(Step::Snapshot),
        1 => (0..LOANS).prop_map(Step::Stale),
        1 => (0..LOANS).prop_map(Step::Close),
        1 => Just(Step::Stop),
    ]
}

/// The chain, as far as the sequence needs one, and two cores that hear the same of it.
struct World {
    fixtures: Vec<Option<LoanFixture>>,
    lender: Lender,
    now: i64,
    slot: u64,
    cores: [Core; 2],
    under_way: Vec<(Pubkey, Lane, Operation)>,
    running: Vec<Pubkey>,
    /// Loans whose cars are being released.
    releasing: Vec<Pubkey>,
}

impl World {
    fn new() -> Self {
        let core = |decides_everything| {
            let policy = Policy { locks_per_hour: 3, ..policy() };
            let mut core = Core::new(Setup { keeper: KEEPER, policy, escrow_rent: 0, jitter: 7 });
            core.decides_everything = decides_everything;
            core
        };
        let fixtures = (0..LOANS).map(|number| {
            let vehicle = Pubkey::new_from_array([u8::try_from(number).unwrap() + 60; 32]);
            let mut fixture = LoanFixture::on_vehicle(vehicle, 0);
            // No two loans fall due together, and one owes a notice.
            fixture.loan.terms.first_due += 7 * i64::try_from(number).unwrap();
            if number == 1 {
                fixture.owe_notice();
            }
            Some(fixture)
        });
        Self {
            fixtures: fixtures.collect(),
            lender: LoanFixture::new().lender,
            now: 990,
            slot: 1,
            cores: [core(false), core(true)],
            under_way: Vec::new(),
            running: Vec::new(),
            releasing: Vec::new(),
        }
    }

    /// Both cores hear of it, and ask for the same.
    fn tell(&mut self, event: impl Fn() -> Event) -> Result<(), TestCaseError> {
        let [seldom, always] = self.cores.each_mut().map(|core| {
            let mut effects = core.apply(event());
            while core.is_behind() {
                effects.extend(core.proceed());
            }
            effects
        });
        let sorted = |effects: &[Effect]| {
            let mut texts: Vec<String> = effects.iter().flat_map(texts).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(sorted(&seldom), sorted(&always), "at {}", self.now);
        for effect in seldom {
            match effect {
                Effect::Submit(intent) => {
                    self.under_way.push((intent.keys.vehicle, intent.operation.lane(), intent.operation));
                }
                Effect::Invoke(call) => self.running.push(call.invocation),
                Effect::Release(call) => self.releasing.push(call.loan),
                Effect::Cancel { .. } | Effect::Watch { .. } | Effect::Alarm(_) => {}
            }
        }
        Ok(())
    }

    fn snapshot(&mut self) -> Snapshot {
        self.slot += 1;
        let mut all = Snapshot { slot: self.slot, ..Snapshot::default() };
        for fixture in self.fixtures.iter().flatten() {
            let fixture = LoanFixture { lender: self.lender.clone(), ..fixture.clone() };
            let one = fixture.snapshot(self.slot);
            all.wallets.extend(one.wallets);
            all.token_programs = one.token_programs;
            let new = one
                .accounts
                .into_iter()
                .filter(|(key, _)| all.accounts.iter().all(|(other, _)| other != key));
            let new: Vec<_> = new.collect();
            all.accounts.extend(new);
        }
        all
    }

    /// What the chain now says of a loan.
    fn tell_of(&mut self, loan: usize) -> Result<(), TestCaseError> {
        let Some(fixture) = self.fixtures[loan].clone() else { return Ok(()) };
        self.slot += 1;
        let snapshot = fixture.snapshot(self.slot);
        let accounts = snapshot.accounts.into_iter().filter(|(key, _)| *key != Pubkey::default());
        let accounts = accounts.map(|(key, account)| (key, Some(account)));
        let update = Update { slot: self.slot, accounts: accounts.collect(), wallets: snapshot.wallets };
        self.tell(|| Event::Update(update.clone()))
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Pass(secs) => {
                self.now += secs;
                let now = self.now;
                self.tell(|| Event::Clock(now))
            }
            Step::Wallet(loan, amount) => {
                if let Some(fixture) = &mut self.fixtures[loan] {
                    fixture.wallet = amount;
                }
                self.tell_of(loan)
            }
            Step::End(loan, lane, verdict) => self.end(loan, Lane::ALL[usize::from(lane)], verdict),
            Step::Reply(loan, reply) => self.reply(loan, reply),
            Step::Change(loan, change) => {
                if let Some(fixture) = &mut self.fixtures[loan] {
                    change_loan(fixture, change, self.now);
                }
                self.tell_of(loan)
            }
            Step::Rival(loan) => {
                if let Some(fixture) = &mut self.fixtures[loan]
                    && let Some((_, newest)) = fixture.invocations.last()
                    && newest.action != Action::Unlock
                    && !newest.is_leased_at(self.now)
                {
                    fixture.claim(OTHER, self.now);
                }
                self.tell_of(loan)
            }
            Step::Lender(change) => {
                match change {
                    0 => self.lender.paused_until = self.now + 30,
                    1 => self.lender.keepers = vec![OTHER, KEEPER],
                    2 => self.lender.keepers = Vec::new(),
                    _ => self.lender.treasury = OTHER,
                }
                self.slot += 1;
                let (slot, account) = (self.slot, raw(&self.lender));
                let accounts = vec![(Pubkey::default(), Some(account))];
                let update = Update { slot, accounts, wallets: Vec::new() };
                self.tell(|| Event::Update(update.clone()))
            }
            Step::Snapshot => {
                let snapshot = self.snapshot();
                self.tell(|| Event::Snapshot(snapshot.clone()))
            }
            Step::Stale(loan) => {
                let Some(fixture) = self.fixtures[loan].clone() else { return Ok(()) };
                let update = Update {
                    slot: self.slot.saturating_sub(2),
                    accounts: vec![(fixture.keys().loan, Some(raw(&fixture.loan)))],
                    wallets: vec![(fixture.keys().wallet, 0)],
                };
                self.tell(|| Event::Update(update.clone()))
            }
            Step::Close(loan) => {
                let Some(fixture) = self.fixtures[loan].take() else { return Ok(()) };
                self.slot += 1;
                let accounts = vec![(fixture.keys().loan, None)];
                let update = Update { slot: self.slot, accounts, wallets: Vec::new() };
                self.tell(|| Event::Update(update.clone()))
            }
            Step::Stop => self.tell(|| Event::Stop),
        }
    }

    fn end(&mut self, loan: usize, lane: Lane, verdict: u8) -> Result<(), TestCaseError> {
        let vehicle = self.fixtures[loan].as_ref().map(|fixture| fixture.keys().vehicle);
        let is = |(of, other, _): &(Pubkey, Lane, Operation)| Some(*of) == vehicle && *other == lane;
        let Some(at) = self.under_way.iter().position(is) else { return Ok(()) };
        let (vehicle, lane, operation) = self.under_way.remove(at);
        let verdict = [
            Verdict::Succeeded,
            Verdict::Failed,
            Verdict::NotSent,
            Verdict::Expired,
            Verdict::Outage,
            Verdict::Cancelled,
        ][usize::from(verdict)];
        if verdict == Verdict::Succeeded
            && let Some(fixture) = &mut self.fixtures[loan]
        {
            execute(fixture, &operation, self.now);
            self.tell_of(loan)?;
        }
        self.tell(|| Event::TransactionEnded { vehicle, lane, verdict })
    }

    fn reply(&mut self, loan: usize, reply: u8) -> Result<(), TestCaseError> {
        let Some(fixture) = &self.fixtures[loan] else { return Ok(()) };
        let loan = fixture.keys().loan;
        let is = |key: &Pubkey| fixture.invocations.iter().any(|(other, _)| other == key);
        let running = self.running.iter().position(is);
        let reply = || match reply {
            0 => FunctionReply::Receipt(Box::new(receipt())),
            1 => FunctionReply::Retry,
            2 => FunctionReply::Outage,
            _ => FunctionReply::Refused,
        };
        if let Some(at) = self.releasing.iter().position(|other| *other == loan) {
            self.releasing.remove(at);
            self.tell(|| Event::Released { loan, reply: reply() })?;
        }
        let Some(at) = running else { return Ok(()) };
        let invocation = self.running.remove(at);
        self.tell(|| Event::FunctionReplied { invocation, reply: reply() })
    }
}

/// One text for each thing asked for.
fn texts(effect: &Effect) -> Vec<String> {
    match effect {
        Effect::Watch { wallets } => wallets.iter().map(|wallet| format!("watch {wallet:?}")).collect(),
        Effect::Submit(intent) => {
            vec![format!("{} {:?} {:?}", intent.keys.vehicle, intent.operation, intent.due)]
        }
        other => vec![format!("{other:?}")],
    }
}

fn change_loan(fixture: &mut LoanFixture, change: u8, now: i64) {
    match change {
        0 => fixture.loan.hold_until = now + 20,
        1 => (fixture.loan.stay_from, fixture.loan.stay_until) = (now, now + 25),
        2 => fixture.loan.ledger.paid_scheduled += 1_000,
        3 => fixture.loan.status = LoanStatus::Defaulted,
        4 => fixture.vehicle.distrusted = !fixture.vehicle.distrusted,
        5 => fixture.escrow_lamports = 20_000 - fixture.escrow_lamports.min(19_000),
        6 => fixture.loan.notices.channels[0] = Service::at(now),
        7 => fixture.loan.status = LoanStatus::Settled,
        _ => fixture.loan.terms.late_after_secs = 30,
    }
}

/// What a transaction does on chain, as far as decisions need it.
fn execute(fixture: &mut LoanFixture, operation: &Operation, now: i64) {
    match operation {
        Operation::Collect | Operation::Look => {
            let paid = fixture.wallet.min(1_000);
            fixture.wallet -= paid;
            fixture.loan.ledger.paid_scheduled += paid;
            fixture.loan.ledger.as_of = now;
            fixture.loan.status = LoanStatus::Active;
        }
        Operation::DeclareDefault => fixture.loan.status = LoanStatus::Defaulted,
        Operation::DeclareDefaultAndLock { .. } => {
            fixture.loan.status = LoanStatus::Defaulted;
            if fixture.try_request(Action::Lock, now) {
                fixture.claim(KEEPER, now);
            }
        }
        Operation::Request { action, .. } => {
            if fixture.try_request(*action, now) && *action != Action::Unlock {
                fixture.claim(KEEPER, now);
            }
        }
        Operation::Claim { .. } => {
            if !fixture.invocations.is_empty() {
                fixture.claim(KEEPER, now);
            }
        }
        Operation::Yield { .. } => {
            if let Some((_, newest)) = fixture.invocations.last_mut() {
                newest.set_claim(None);
            }
        }
        Operation::Confirm { seq, .. } | Operation::Expire { seq, .. } => {
            let Some(at) = fixture.invocations.iter().position(|(_, call)| call.seq == *seq) else { return };
            let (_, call) = fixture.invocations.remove(at);
            let (loan, vehicle) = (&mut fixture.loan, &mut fixture.vehicle);
            match operation {
                Operation::Confirm { .. } => latchkey::rules::invocation::settle(&call, loan, vehicle, now),
                _ => latchkey::rules::invocation::expire(&call, loan, vehicle),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    #[test]
    fn what_changed_or_fell_due_is_all_that_there_is_to_decide(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        world.take(&Step::Snapshot)?;
        world.take(&Step::Pass(0))?;
        for step in &steps {
            world.take(step)?;
        }
    }
}
