//! Running a sequence on the chain and in the reference.

use std::cell::RefCell;
use std::collections::BTreeMap;

use latchkey::state::{Action, Terms};
use latchkey_tests_svm::fee;
use proptest::prelude::*;

use crate::calls::Call;
use crate::generate::{Flavour, any_terms, some_moves};
use crate::invariants::{Transition, agree};
use crate::moves::{Draft, Move, Offer, Proof, Tampering};
use crate::parties::{self, Who};
use crate::reference::{Model, Refusal, Verdict};
use crate::under_test::{ChainUnderTest, Snapshot};

/// What happens to one car.
#[derive(Clone, Debug)]
pub struct Sequence {
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
    (any_terms(), prop::bool::weighted(0.1), moves).prop_map(|(terms, from_nothing, moves)| Sequence {
        terms,
        from_nothing,
        moves,
    })
}

/// How often each instruction was accepted and refused.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Accepted and refused, by instruction.
    calls: BTreeMap<String, (u64, u64)>,
    /// Refused, by instruction and reason.
    reasons: BTreeMap<(String, Refusal), u64>,
}

impl Tally {
    fn count(&mut self, call: &Call, verdict: Verdict) {
        // A request counts by what it asks for.
        let name = match call {
            Call::Request(action, _) => format!("request {action}"),
            _ => call.instruction().to_owned(),
        };
        let (yes, no) = self.calls.entry(name.clone()).or_default();
        *if verdict.is_ok() { yes } else { no } += 1;
        if let Err(refusal) = verdict {
            *self.reasons.entry((name, refusal)).or_default() += 1;
        }
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        for (name, (accepted, refused)) in &other.calls {
            let (yes, no) = self.calls.entry(name.clone()).or_default();
            *yes += accepted;
            *no += refused;
        }
        for (reason, times) in &other.reasons {
            *self.reasons.entry(reason.clone()).or_default() += times;
        }
    }

    /// Transactions, and how many of them were accepted.
    pub fn transactions(&self) -> (u64, u64) {
        self.calls.values().fold((0, 0), |(all, good), (yes, no)| (all + yes + no, good + yes))
    }

    /// Whether every instruction, and a request of every action, was accepted at least once and refused at least once.
    pub fn is_complete(&self) -> bool {
        let both_ways = self.calls.values().filter(|(yes, no)| *yes > 0 && *no > 0).count();
        both_ways == Call::INSTRUCTIONS.len() - 1 + Action::ALL.len()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, (yes, no)) in &self.calls {
            writeln!(f, "{name:20} {yes:8} accepted {no:8} refused")?;
            let reasons = self.reasons.iter().filter(|((of, _), _)| of == name);
            for ((_, reason), times) in reasons {
                writeln!(f, "{times:47} {reason}")?;
            }
        }
        Ok(())
    }
}

/// A chain, the reference beside it, and what happened so far.
#[derive(Clone)]
struct Run {
    under_test: ChainUnderTest,
    model: Model,
    /// The chain after the last move: time alone changes none of it.
    seen: Snapshot,
    tally: Tally,
}

/// The instructions that every loan begins with.
fn prologue() -> Vec<Call> {
    let offer = |action| Call::SetFunction(Who::Authority, action, Offer::Sound(fee(action)));
    let before = vec![Call::InitLender(Who::Authority)];
    let offers = Action::ALL.map(offer).to_vec();
    [before, offers, vec![Call::Register(Who::Servicer, Proof::Right)]].concat()
}

thread_local! {
    /// All parties with money; and the same with a lender and a car.
    static BEGINNINGS: RefCell<Option<[Run; 2]>> = const { RefCell::new(None) };
}

fn beginning(sequence: &Sequence) -> Run {
    BEGINNINGS.with_borrow_mut(|beginnings| {
        let [nothing, car] = beginnings.get_or_insert_with(|| {
            let (under_test, model) = ChainUnderTest::new(sequence.terms);
            let nothing = Run { seen: under_test.snapshot(), under_test, model, tally: Tally::default() };
            let mut car = nothing.clone();
            for call in prologue() {
                car.make(&Move::Do(call, Tampering::None));
            }
            car.tally = Tally::default();
            [nothing, car]
        });
        let mut run = if sequence.from_nothing { nothing.clone() } else { car.clone() };
        run.model.terms = sequence.terms;
        run
    })
}

/// Runs a sequence. Panics if chain and reference disagree, or an invariant does not hold.
pub fn run(sequence: &Sequence) -> Tally {
    let mut run = beginning(sequence);
    if sequence.from_nothing {
        for call in prologue() {
            run.make(&Move::Do(call, Tampering::None));
        }
    }
    run.make(&Move::Do(Call::Originate(Who::Authority, Draft::Sound), Tampering::None));
    for (index, moves) in sequence.moves.iter().enumerate() {
        // Most of what may happen happens to a loan.
        if run.model.contract.is_none() && !index.is_multiple_of(3) {
            run.make(&Move::Do(Call::Originate(Who::Authority, Draft::Sound), Tampering::None));
        }
        for next in moves {
            run.make(&run.likely(next, index));
        }
    }
    run.tally
}

impl Run {
    /// Two times in three, a call that would be refused is replaced by one that is accepted: otherwise most would be
    /// refused.
    fn likely(&self, next: &Move, index: usize) -> Move {
        let Move::Do(call, tampering) = next else {
            return next.clone();
        };
        let request = |action| Call::Request(action, None);
        let claim = Call::Claim(Who::Keeper, 0);
        let others = match call {
            Call::Request(..) => vec![request(Action::Lock), request(Action::Unlock), request(Action::Warn)],
            Call::Claim(..) | Call::Confirm(..) | Call::Yield(..) | Call::Expire(_) => {
                let open = !self.model.invocations.is_empty();
                let newest = if open { vec![claim, Call::Confirm(0, Proof::Right)] } else { Vec::new() };
                [newest, vec![request(Action::Lock), request(Action::Unlock), request(Action::Warn)]].concat()
            }
            _ => return next.clone(),
        };
        let accepted = |call: &Call| self.model.clone().apply(call).is_ok();
        if index.is_multiple_of(3) || accepted(call) {
            return next.clone();
        }
        let other = [others, vec![Call::DeclareDefault]].concat().into_iter().find(accepted);
        other.map_or_else(|| next.clone(), |other| Move::Do(other, *tampering))
    }

    fn make(&mut self, next: &Move) {
        let mut later = self.model.clone();
        let (transaction, expected) = match next {
            Move::Wait(moment, odd) => {
                let then = self.model.moment(*moment).unwrap_or(self.model.now) + odd;
                self.model.now = self.model.now.max(then);
                self.under_test.set_time(self.model.now);
                return;
            }
            Move::TopUp(sum) => {
                let amount = self.model.sum(*sum).min(100_000_000);
                if amount == 0 || later.top_up(amount).is_err() {
                    return;
                }
                (vec![self.under_test.transfer(&self.model, amount)], Ok(()))
            }
            Move::Gift(lamports) => {
                if later.gift(*lamports).is_err() {
                    return;
                }
                let escrow = self.under_test.present_keys(&self.model).escrow;
                (vec![ChainUnderTest::gift(&escrow, *lamports)], Ok(()))
            }
            Move::Prefund(lamports) => {
                let Ok(seq) = later.prefund(*lamports) else {
                    return;
                };
                (vec![ChainUnderTest::gift(&parties::invocation(seq), *lamports)], Ok(()))
            }
            Move::Do(call, tampering) => {
                let mut transaction = self.under_test.build(call, &self.model);
                let mut expected: Verdict = later.apply(call);
                if self.under_test.tamper(call, *tampering, &self.model, &mut transaction) {
                    expected = Err("something is wrong with it");
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
        let outcome = self.under_test.send(&transaction);
        let after = self.under_test.snapshot();
        if let Move::Do(call, _) = next {
            self.tally.count(call, expected);
        }
        match (&outcome, expected) {
            (Ok(()), Ok(())) => {
                agree(&mut self.under_test, &later, &after);
                let transition = Transition {
                    made: next,
                    earlier: &self.model,
                    later: &later,
                    before: &self.seen,
                    after: &after,
                };
                transition.check(&mut self.under_test);
                self.model = later;
                self.seen = after;
            }
            // 8. A failed transaction changes nothing.
            (Err(_), Err(_)) => {
                assert!(self.seen == after, "8: a failed transaction changed an account: {next:?}");
            }
            (Ok(()), Err(refusal)) => panic!("{next:?} is accepted, but it must not be: {refusal}"),
            (Err(why), Ok(())) => panic!("{next:?} is refused, but it may: {why}"),
        }
    }
}
