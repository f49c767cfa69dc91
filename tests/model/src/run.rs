//! Running a sequence on the chain and in the reference.

use std::cell::RefCell;

use latchkey::state::{Action, Terms};
use proptest::prelude::*;

use crate::agreement::agree;
use crate::calls::Call;
use crate::generate::{Flavour, any_terms, some_moves};
use crate::invariants::{Transition, faithful};
use crate::moves::{Draft, Move, Offer, Proof, Tampering};
use crate::parties::{self, Who};
use crate::reference::{Fault, Model, Refusal, Verdict};
use crate::tally::Tally;
use crate::under_test::{ChainUnderTest, Failure, Snapshot};

/// What happens to one car.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// What it is about.
    pub flavour: Flavour,
    /// What lender and borrower sign; the first due date counts from origination.
    pub terms: Terms,
    /// Whether it begins with nothing, or with a loan just written.
    pub from_nothing: bool,
    /// What happens, in groups that belong together.
    pub moves: Vec<Vec<Move>>,
}

/// Any sequence of a flavour.
pub fn any_sequence(flavour: Flavour) -> impl Strategy<Value = Sequence> {
    let moves = prop::collection::vec(some_moves(flavour), 6..36);
    (any_terms(), prop::bool::weighted(0.1), moves).prop_map(move |(terms, from_nothing, moves)| Sequence {
        flavour,
        terms,
        from_nothing,
        moves,
    })
}

/// A chain, the reference beside it, and what happened so far.
#[derive(Clone)]
struct Run {
    flavour: Flavour,
    under_test: ChainUnderTest,
    model: Model,
    /// The chain after the last move: time alone changes none of it.
    seen: Snapshot,
    tally: Tally,
}

/// What each function pays, lamports: all different, so that none can stand for another.
fn fee(action: Action) -> u64 {
    match action {
        Action::Warn => 2_000_000,
        Action::Lock => 3_000_000,
        Action::Unlock => 5_000_000,
    }
}

/// The instructions that every loan begins with.
fn prologue() -> Vec<Call> {
    let lenders = [Who::Authority, Who::Buyer].map(|by| {
        let offers = Action::ALL.map(|action| Call::SetFunction(by, action, Offer::Sound(fee(action))));
        [vec![Call::InitLender(by)], offers.to_vec()].concat()
    });
    [lenders.concat(), vec![Call::Register(Who::Servicer, Proof::Right)]].concat()
}

thread_local! {
    /// All parties with money; and the same with a lender and a car.
    static BEGINNINGS: RefCell<Option<[Run; 2]>> = const { RefCell::new(None) };
}

fn beginning(sequence: &Sequence) -> Run {
    BEGINNINGS.with_borrow_mut(|beginnings| {
        let [nothing, car] = beginnings.get_or_insert_with(|| {
            let (under_test, model) = ChainUnderTest::new(sequence.terms);
            let seen = under_test.snapshot();
            let nothing = Run { flavour: Flavour::Money, seen, under_test, model, tally: Tally::default() };
            let mut car = nothing.clone();
            for call in prologue() {
                car.make(&Move::Do(call, Tampering::None));
            }
            car.tally = Tally::default();
            [nothing, car]
        });
        let mut run = if sequence.from_nothing { nothing.clone() } else { car.clone() };
        run.flavour = sequence.flavour;
        run.model.terms = sequence.terms;
        run
    })
}

/// Runs a sequence. Panics if chain and reference disagree, or an invariant does not hold.
pub fn run(sequence: &Sequence) -> Tally {
    run_with(sequence, None)
}

/// Runs a sequence with a reference that makes a mistake, so that a test can see it found.
pub fn run_with(sequence: &Sequence, fault: Option<Fault>) -> Tally {
    let mut run = beginning(sequence);
    run.model.fault = fault;
    if sequence.from_nothing {
        for call in prologue() {
            run.make(&Move::Do(call, Tampering::None));
        }
    }
    run.originate();
    for (index, moves) in sequence.moves.iter().enumerate() {
        // Most of what may happen happens to a loan.
        if run.model.contract.is_none() && !index.is_multiple_of(3) {
            run.originate();
        }
        for next in moves {
            run.make(&run.likely(next, index));
        }
    }
    if sequence.flavour == Flavour::Faithful {
        run.live_to_the_end();
    }
    run.tally
}

impl Run {
    fn originate(&mut self) {
        let owner = self.stand_in(Who::Authority);
        self.make(&Move::Do(Call::Originate(owner, Draft::Sound), Tampering::None));
    }

    /// Who has the part of someone now: the lender's owner, or the borrower.
    fn stand_in(&self, who: Who) -> Who {
        let lender = self.model.lender().ok();
        let loan = self.model.contract.as_ref().map(|contract| &contract.loan);
        let key = match who {
            Who::Authority => lender.map(|lender| lender.authority),
            Who::Borrower => loan.map(|loan| loan.borrower),
            Who::Buyer => self.model.lenders.get(&self.model.home.other()).map(|lender| lender.authority),
            _ => None,
        };
        key.and_then(|key| Who::of(&key)).unwrap_or(who)
    }

    /// Whether the call is one about the loan or the car, whose lender may have changed.
    fn is_of_the_loan(call: &Call) -> bool {
        !matches!(
            call,
            Call::InitLender(..)
                | Call::SetPolicy(..)
                | Call::Nominate(..)
                | Call::Accept(..)
                | Call::SetServicer(..)
                | Call::SetKeepers(..)
                | Call::SetFunction(..)
                | Call::Pause(..)
                | Call::Unpause(..)
        )
    }

    /// Two times in three, those who have a part now play it, and a call that would be refused is replaced by one that
    /// is accepted: otherwise most would be refused. A faithful borrower signs nothing.
    fn likely(&self, next: &Move, index: usize) -> Move {
        let Move::Do(drawn, tampering) = next else {
            return next.clone();
        };
        let honest = !index.is_multiple_of(3);
        let call = &if honest && Self::is_of_the_loan(drawn) {
            drawn.with(&|who| self.stand_in(who))
        } else {
            drawn.clone()
        };
        let request = |action| Call::Request(action, None);
        let claim = Call::Claim(Who::Keeper, 0);
        let others = match call {
            Call::Request(..) => vec![request(Action::Lock), request(Action::Unlock), request(Action::Warn)],
            Call::Claim(..) | Call::Confirm(..) | Call::Yield(..) | Call::Expire(_) => {
                let open = !self.model.invocations.is_empty();
                let done = Call::Confirm(0, Who::Keeper, Proof::Right);
                let newest = if open { vec![claim, done] } else { Vec::new() };
                [newest, vec![request(Action::Lock), request(Action::Unlock), request(Action::Warn)]].concat()
            }
            _ => return Move::Do(call.clone(), *tampering),
        };
        let accepted = |call: &Call| self.model.clone().apply(call).is_ok();
        if !honest || accepted(call) {
            return Move::Do(call.clone(), *tampering);
        }
        let other = [others, vec![Call::DeclareDefault]].concat().into_iter().find(accepted);
        Move::Do(other.unwrap_or_else(|| call.clone()), *tampering)
    }

    /// Whether a faithful borrower, or a key that took their place, would have to sign it.
    fn needs_the_borrower(&self, next: &Move) -> bool {
        let signs = |call: &Call| {
            let borrower = self.model.contract.as_ref().map(|contract| contract.loan.borrower);
            let by_them = std::cell::Cell::new(false);
            let seen = |who: Who| {
                let them = [Who::Borrower, Who::Heir].contains(&who) || Some(who.key()) == borrower;
                by_them.set(by_them.get() || them);
                who
            };
            let _ = call.with(&seen);
            // Whoever writes a loan needs them, and so does who closes it or gives their place away.
            by_them.get() && !matches!(call, Call::Originate(..))
        };
        match next {
            Move::Do(call, _) => signs(call),
            Move::Together(calls) => calls.iter().any(signs),
            Move::TopUp(_) => true,
            _ => false,
        }
    }

    /// Time passes. A faithful borrower's wallet holds each instalment in the second in which it falls due.
    fn wait(&mut self, then: i64) {
        let then = self.model.now.max(then);
        if self.flavour == Flavour::Faithful {
            while let Some(due) = self.next_due().filter(|due| *due <= then) {
                // In that very second, after whatever the next moves do in it.
                if due == then && due % 3 == 0 && self.model.now < due {
                    break;
                }
                // Sometimes a second earlier, and sometimes in that second.
                self.pass_to(due - 1);
                if due % 2 == 0 {
                    self.pass_to(due);
                }
                self.keep_faith(due);
                self.pass_to(due);
            }
        }
        self.pass_to(then);
    }

    fn pass_to(&mut self, then: i64) {
        self.model.now = self.model.now.max(then);
        self.under_test.set_time(self.model.now);
    }

    /// The next due date that the wallet is not ready for.
    fn next_due(&self) -> Option<i64> {
        let books = &self.model.contract.as_ref()?.books;
        let fallen = books.plan.fallen_due(self.model.now);
        let next = (fallen.saturating_sub(1)..books.plan.count).map(|k| books.plan.due(k));
        next.into_iter().find(|due| *due >= self.model.now && missing(&self.model, *due) > 0)
    }

    fn keep_faith(&mut self, due: i64) {
        let amount = missing(&self.model, due);
        if amount > 0 {
            self.top_up(amount);
        }
    }

    fn top_up(&mut self, amount: u64) {
        let made = Move::TopUp(crate::moves::Sum::Units(amount));
        let mut later = self.model.clone();
        if amount == 0 || later.attempt(|model| model.top_up(amount)).is_err() {
            return;
        }
        let transaction = vec![self.under_test.transfer(&self.model, amount)];
        self.settle(&made, later, Ok(()), &transaction);
    }

    /// A faithful borrower owes nothing in the end, and has paid what the schedule says.
    fn live_to_the_end(&mut self) {
        let Some(contract) = &self.model.contract else {
            return;
        };
        let last = contract.books.plan.last_due();
        self.wait(last + 1);
        for _ in 0..8 {
            self.make(&Move::Do(Call::Collect(false), Tampering::None));
        }
        if let Some(contract) = &self.model.contract {
            assert!(!contract.is_owing(), "2: a faithful borrower owes nothing after the last due date");
        }
    }

    fn make(&mut self, next: &Move) {
        let mut later = self.model.clone();
        if self.flavour == Flavour::Faithful && self.needs_the_borrower(next) {
            return;
        }
        let (transaction, expected) = match next {
            Move::Wait(moment, odd) => {
                let then = self.model.moment(*moment).unwrap_or(self.model.now) + odd;
                // No test waits for a life.
                self.wait(then.min(self.model.now + 1_000 * 86_400));
                return;
            }
            Move::TopUp(sum) => {
                self.top_up(self.model.sum(*sum).min(100_000_000));
                return;
            }
            Move::Treasury(fate) => {
                if later.attempt(|model| model.treasury(*fate)).is_err() {
                    return;
                }
                (self.under_test.treasury(*fate, &self.model), Ok(()))
            }
            Move::Gift(lamports) => {
                if later.attempt(|model| model.gift(*lamports)).is_err() {
                    return;
                }
                let escrow = self.under_test.present_keys(&self.model).escrow;
                (vec![ChainUnderTest::gift(&escrow, *lamports)], Ok(()))
            }
            Move::Prefund(lamports) => {
                let seq = self.model.vehicle.as_ref().map_or(0, |car| car.last_seq_asked) + 1;
                if later.attempt(|model| model.prefund(*lamports)).is_err() {
                    return;
                }
                (vec![ChainUnderTest::gift(&parties::invocation(seq), *lamports)], Ok(()))
            }
            Move::Do(call, tampering) => {
                let mut transaction = self.under_test.build(call, &self.model);
                let mut expected = later.apply(call);
                if self.under_test.tamper(call, *tampering, &self.model, &mut transaction) {
                    expected = Err([Refusal::Outside("something is wrong with it")].into());
                }
                (transaction, expected)
            }
            Move::Together(calls) => {
                let mut transaction = Vec::new();
                let mut expected = Ok(());
                for call in calls {
                    transaction.extend(self.under_test.build(call, &later));
                    expected = expected.and(later.apply(call));
                }
                (transaction, expected)
            }
        };
        self.settle(next, later, expected, &transaction);
    }

    /// Sends a transaction, and compares what comes of it with what should.
    fn settle(
        &mut self,
        made: &Move,
        later: Model,
        expected: Verdict,
        transaction: &[latchkey_client::Instruction],
    ) {
        let outcome = self.under_test.send(transaction);
        let after = self.under_test.snapshot();
        if let Move::Do(call, _) = made {
            self.tally.count(call, &expected);
        }
        match (&outcome, expected) {
            (Ok(()), Ok(())) => {
                agree(&mut self.under_test, &later, &after);
                let transition = Transition {
                    made,
                    earlier: &self.model,
                    later: &later,
                    before: &self.seen,
                    after: &after,
                };
                transition.check(&mut self.under_test);
                self.model = later;
                self.seen = after;
                if self.flavour == Flavour::Faithful {
                    faithful(&self.model);
                }
            }
            // 8. A failed transaction changes nothing.
            (Err(failure), Err(refusals)) => {
                assert!(self.seen == after, "8: a failed transaction changed an account: {made:?}");
                assert!(
                    is_expected(failure, &refusals),
                    "{made:?} is refused, but not for what it breaks: {}: {failure}",
                    list(&refusals)
                );
            }
            (Ok(()), Err(refusals)) => {
                panic!("{made:?} is accepted, but it must not be: {}", list(&refusals))
            }
            (Err(why), Ok(())) => panic!("{made:?} is refused, but it may: {why}"),
        }
    }
}

/// What the wallet still needs on a due date.
fn missing(model: &Model, due: i64) -> u64 {
    let standing = model.contract.as_ref().map(|contract| contract.books.standing_at(due));
    standing.map_or(0, |standing| u64::try_from(standing.past_due).unwrap_or(0))
}

fn list(refusals: &std::collections::BTreeSet<Refusal>) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Whether a failure is by one of the rules that are broken. What fails outside the program fails for any reason.
fn is_expected(failure: &Failure, refusals: &std::collections::BTreeSet<Refusal>) -> bool {
    let outside = refusals.iter().any(|refusal| matches!(refusal, Refusal::Outside(_)));
    outside || failure.rule.is_some_and(|rule| refusals.contains(&Refusal::Rule(rule)))
}
