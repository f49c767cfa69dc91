//! Which moves are drawn, and how often.

mod draws;
mod paths;
mod terms;

pub use terms::any_terms;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use draws::{function_calls, lender_calls, loan_calls};

use crate::calls::Call;
use crate::moves::{Fate, Moment, Move, Proof, Sum, Tampering};
use crate::parties::Who;

/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// What a sequence is mostly about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Loans, paid and not paid.
    Money,
    /// Function calls and cars.
    Calls,
    /// Every party against every other.
    Hostile,
    /// A borrower whose wallet holds each instalment on its due date, and who does nothing more; all others do what
    /// they can.
    Faithful,
}

impl Flavour {
    /// Percentage of signers who are not entitled.
    const fn hostility(self) -> u32 {
        match self {
            Self::Money => 4,
            Self::Calls => 8,
            Self::Hostile => 35,
            Self::Faithful => 12,
        }
    }

    /// Percentage of transactions with a defect.
    const fn tampered(self) -> u32 {
        match self {
            Self::Money | Self::Calls | Self::Faithful => 3,
            Self::Hostile => 25,
        }
    }
}

/// Usually `right`, sometimes another signer.
pub(crate) fn by(flavour: Flavour, right: Who) -> BoxedStrategy<Who> {
    let other = flavour.hostility();
    prop_oneof![100 - other => Just(right), other => select(Who::ALL.to_vec())].boxed()
}

/// A signer who may service the lender's loans.
pub(crate) fn hand(flavour: Flavour) -> BoxedStrategy<Who> {
    prop_oneof![3 => by(flavour, Who::Servicer), 1 => by(flavour, Who::Authority)].boxed()
}

pub(crate) fn proof(flavour: Flavour) -> BoxedStrategy<Proof> {
    let wrong = flavour.hostility();
    let lies = vec![Proof::Missing, Proof::OtherKey, Proof::OtherMessage, Proof::Refusal];
    prop_oneof![100 - wrong => Just(Proof::Right), wrong => select(lies)].boxed()
}

pub(crate) fn odd() -> impl Strategy<Value = i64> {
    -1..=1_i64
}

fn sum() -> impl Strategy<Value = Sum> {
    prop_oneof![
        1 => (0..3_u64).prop_map(Sum::Units),
        3 => (1..250_u64).prop_map(Sum::Share),
        3 => odd().prop_map(Sum::Cure),
        2 => odd().prop_map(Sum::Payoff),
    ]
}

fn moment() -> impl Strategy<Value = Move> {
    let moments = prop_oneof![
        2 => select(vec![1, 60, 600, 3_600, DAY, 5 * DAY]).prop_map(Moment::In),
        4 => Just(Moment::Due),
        2 => Just(Moment::Late),
        4 => Just(Moment::Grace),
        3 => select(vec![
            Moment::Warning, Moment::Notice, Moment::SecondNotice, Moment::FinalNotice, Moment::OldNotice, Moment::Hold,
            Moment::EmergencyStart, Moment::Pause, Moment::Lease, Moment::Expiry, Moment::Renewal, Moment::LockEnd,
        ]),
        2 => select(vec![
            Moment::StayFrom, Moment::StayUntil, Moment::Recovery, Moment::Recovered, Moment::Barred,
        ]),
        1 => select(vec![Moment::ChargeOff, Moment::In(40 * DAY)]),
    ];
    (moments, odd()).prop_map(|(moment, odd)| Move::Wait(moment, odd))
}

/// Any instruction, those that a flavour is about more often.
pub fn any_call(flavour: Flavour) -> impl Strategy<Value = Call> {
    let (money, calls, lender) = match flavour {
        Flavour::Money => (10, 2, 1),
        Flavour::Calls => (3, 10, 2),
        Flavour::Hostile => (5, 5, 5),
        Flavour::Faithful => (6, 4, 2),
    };
    Union::new_weighted(vec![
        (money, loan_calls(flavour)),
        (calls, function_calls(flavour)),
        (lender, lender_calls(flavour)),
    ])
}

/// A few moves that belong together.
pub fn some_moves(flavour: Flavour) -> impl Strategy<Value = Vec<Move>> {
    let (call, alone) = (any_call(flavour), any_call(flavour));
    let wrong = flavour.tampered();
    let tampering = prop_oneof![
        100 - wrong => Just(Tampering::None),
        wrong / 3 + 1 => (0..4_usize).prop_map(Tampering::Unsigned),
        wrong - wrong / 3 => (0..12_usize).prop_map(Tampering::Swapped),
    ];
    let lamports = || select(vec![1_000_000, 5_000_000]);
    prop_oneof![
        14 => (call, tampering).prop_map(|(call, tampering)| vec![Move::Do(call, tampering)]),
        2 => prop::collection::vec(alone, 2..4).prop_map(|calls| vec![Move::Together(calls)]),
        5 => moment().prop_map(|one| vec![one]),
        4 => sum().prop_map(|sum| vec![Move::TopUp(sum)]),
        1 => prop_oneof![lamports().prop_map(Move::Gift), lamports().prop_map(Move::Prefund)].prop_map(|one| vec![one]),
        1 => select(vec![Fate::Frozen, Fate::Thawed, Fate::Thawed, Fate::Closed, Fate::Opened, Fate::Opened])
            .prop_map(|fate| vec![Move::Treasury(fate)]),
        8 => (paths::path(), prop_oneof![2 => Just(0), 1 => odd()]).prop_map(|(moves, odd)| paths::to_the_second(moves, odd)),
    ]
}
