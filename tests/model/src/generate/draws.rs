//! How often each instruction is drawn, and with which arguments.

use latchkey::state::Action;
use proptest::prelude::*;
use proptest::sample::select;

use super::{DAY, Flavour, by, hand, odd, proof};
use crate::calls::Call;
use crate::moves::{Draft, EscrowSum, Offer, Sum};
use crate::parties::Who;
use crate::reference::{Agreement, Amended, Mandate, REASONS};

/// A lender's and a car's instructions.
pub(super) fn lender_calls(f: Flavour) -> BoxedStrategy<Call> {
    let who = || select(Who::ALL.to_vec());
    let offer = prop_oneof![
        4 => (1..9_u64).prop_map(|n| Offer::Sound(n * 1_000_000)),
        1 => select(vec![
            Offer::Free, Offer::LongLease, Offer::ShortLife, Offer::Http, Offer::NoKey, Offer::KeyTwice,
            Offer::TooManyMustSign,
        ]),
    ];
    let keepers = select(vec![
        vec![],
        vec![Who::Keeper],
        vec![Who::Keeper, Who::Rival],
        vec![Who::Rival, Who::Rival],
        Who::ALL.to_vec(),
    ]);
    let nominee = prop::option::weighted(0.8, select(vec![Who::Nominee, Who::Authority, Who::Stranger]));
    let servicer = select(vec![Who::Servicer, Who::Servicer, Who::Deputy, Who::Authority]);
    let owner = || prop_oneof![4 => by(f, Who::Authority), 1 => Just(Who::Buyer)];
    let borrower = || by(f, Who::Borrower);
    prop_oneof![
        1 => select(vec![Who::Authority, Who::Buyer]).prop_map(Call::InitLender),
        2 => (owner(), any::<bool>()).prop_map(|(by, strict)| Call::SetPolicy(by, strict)),
        2 => (by(f, Who::Authority), nominee).prop_map(|(by, nominee)| Call::Nominate(by, nominee)),
        2 => by(f, Who::Nominee).prop_map(Call::Accept),
        1 => (by(f, Who::Authority), servicer).prop_map(|(by, to)| Call::SetServicer(by, to)),
        2 => (owner(), keepers).prop_map(|(by, keepers)| Call::SetKeepers(by, keepers)),
        3 => (owner(), select(Action::ALL.to_vec()), offer)
            .prop_map(|(by, action, offer)| Call::SetFunction(by, action, offer)),
        2 => (hand(f), select(vec![0, 1, 3_600, 86_400, 86_401])).prop_map(|(by, secs)| Call::Pause(by, secs)),
        1 => hand(f).prop_map(Call::Unpause),
        1 => (hand(f), proof(f)).prop_map(|(by, proof)| Call::Register(by, proof)),
        2 => (hand(f), prop::option::weighted(0.9, borrower()), 0..3_usize, proof(f))
            .prop_map(|(by, borrower, device, proof)| Call::Rotate(by, borrower, device, proof)),
        2 => by(f, Who::Authority).prop_map(Call::Distrust),
        1 => hand(f).prop_map(Call::Retire),
        1 => who().prop_map(Call::Close),
        3 => (by(f, Who::Authority), by(f, Who::Buyer), agreement(), mandate(), proof(f))
            .prop_map(|(seller, buyer, agreement, mandate, proof)| Call::Assign(seller, buyer, agreement, mandate, proof)),
        2 => (borrower(), select(vec![Who::Heir, Who::Borrower])).prop_map(|(old, new)| Call::RotateBorrower(old, new)),
        4 => (by(f, Who::Authority), select(vec![Who::Heir, Who::Heir, Who::Borrower, Who::Stranger]), any::<bool>())
            .prop_map(|(by, new, signs)| Call::RecoverBorrower(by, new, signs)),
        1 => borrower().prop_map(Call::RefuseRecovery),
    ]
    .boxed()
}

fn agreement() -> impl Strategy<Value = Agreement> {
    prop_oneof![
        5 => Just(Agreement::Sound),
        2 => select(vec![Agreement::LastSecond, Agreement::OldRevision, Agreement::Late]),
    ]
}

fn mandate() -> impl Strategy<Value = Mandate> {
    prop_oneof![
        5 => select(vec![Mandate::Fresh, Mandate::SevenDays]),
        1 => select(vec![Mandate::TooOld, Mandate::Ahead]),
    ]
}

fn amended() -> impl Strategy<Value = Amended> {
    prop_oneof![
        3 => Just(Amended::Kinder),
        2 => (0..=100_u64, 0..=100_u64).prop_map(|(some, more)| Amended::Forgiven(some, more)),
        3 => select(vec![0, 1, 200_000, 500_000, 1_000_000]).prop_map(Amended::Fresh),
        2 => select(vec![
            Amended::Same, Amended::TooMuch, Amended::DueNow, Amended::OtherPrincipal, Amended::Harsher,
        ]),
    ]
}

/// A loan's and an escrow's instructions.
pub(super) fn loan_calls(f: Flavour) -> BoxedStrategy<Call> {
    let draft = prop_oneof![
        6 => Just(Draft::Sound),
        1 => select(vec![
            Draft::Empty, Draft::DueNow, Draft::Deferred, Draft::PoorEscrow, Draft::ToTreasury, Draft::NoGrace,
            Draft::NoWait, Draft::ShortLock, Draft::LongLock, Draft::UnclearNotice, Draft::DayOff, Draft::Usury,
        ]),
    ];
    let escrow = prop_oneof![(0..2_u64).prop_map(EscrowSum::Units), (0..2_u64).prop_map(EscrowSum::AllBut),];
    let surplus = prop_oneof![odd().prop_map(Sum::Surplus), (0..80_u64).prop_map(Sum::Share),];
    let prepaid = prop_oneof![
        2 => odd().prop_map(Sum::Debt),
        3 => (0..200_u64).prop_map(Sum::Share),
        1 => (0..2_u64).prop_map(Sum::Units),
    ];
    let fees = || prop_oneof![odd().prop_map(Sum::Fees), (0..3_u64).prop_map(Sum::Units)];
    let some_fees = prop_oneof![3 => Just(Sum::Units(0)), 2 => fees()];
    let payers = vec![Who::Borrower, Who::Borrower, Who::Stranger, Who::Authority, Who::Keeper, Who::Heir];
    let holds = vec![0, 1, 86_400, 4 * DAY, 45 * DAY, 45 * DAY + 1, 366 * DAY, 366 * DAY + 1];
    let stays = select(vec![0, 1, 3_600, 5 * DAY, 40 * DAY, 366 * DAY, 366 * DAY + 1]);
    let borrower = || by(f, Who::Borrower);
    prop_oneof![
        3 => (by(f, Who::Authority), draft).prop_map(|(by, draft)| Call::Originate(by, draft)),
        1 => (by(f, Who::Payer), select(vec![0, 1, 5_000_000, 20_000_000])).prop_map(|(by, n)| Call::FundEscrow(by, n)),
        1 => (by(f, Who::Authority), escrow).prop_map(|(by, sum)| Call::WithdrawEscrow(by, sum)),
        6 => prop::bool::weighted(0.7).prop_map(Call::Collect),
        4 => (borrower(), prepaid, some_fees).prop_map(|(by, debt, fees)| Call::Prepay(by, debt, fees)),
        2 => select(payers).prop_map(Call::PayOff),
        2 => (borrower(), surplus).prop_map(|(by, sum)| Call::WithdrawSurplus(by, sum)),
        4 => Just(Call::DeclareDefault),
        4 => (hand(f), select(vec![1_u8, 3, 16, 31, 4, 0, 32, 64])).prop_map(|(by, by_what)| Call::ServeNotice(by, by_what)),
        2 => (hand(f), select(holds)).prop_map(|(by, secs)| Call::PlaceHold(by, secs)),
        2 => (by(f, Who::Authority), select(vec![0, 0, 1, DAY, -1]), stays)
            .prop_map(|(by, wait, secs)| Call::PlaceStay(by, wait, secs)),
        1 => (hand(f), borrower(), agreement()).prop_map(|(by, borrower, named)| Call::LiftHold(by, borrower, named)),
        2 => (hand(f), borrower(), agreement()).prop_map(|(by, borrower, named)| Call::Extend(by, borrower, named)),
        4 => (by(f, Who::Authority), prop::option::weighted(0.5, borrower()), amended(), agreement())
            .prop_map(|(by, borrower, how, named)| Call::Amend(by, borrower, how, named)),
        2 => (hand(f), fees()).prop_map(|(by, sum)| Call::WaiveFees(by, sum)),
        2 => borrower().prop_map(Call::EmergencyStart),
        1 => by(f, Who::Authority).prop_map(Call::ChargeOff),
        1 => (by(f, Who::Authority), 0..REASONS).prop_map(|(by, reason)| Call::Settle(by, reason)),
        2 => borrower().prop_map(Call::Close),
    ]
    .boxed()
}

/// The instructions of function calls.
pub(super) fn function_calls(f: Flavour) -> BoxedStrategy<Call> {
    let which = || select(vec![0, 0, 0, 0, 1, 2]);
    let keeper = || prop_oneof![5 => by(f, Who::Keeper), 1 => Just(Who::Rival), 1 => Just(Who::Borrower)];
    let party = prop::option::weighted(0.3, prop_oneof![1 => hand(f), 1 => by(f, Who::Borrower)]);
    prop_oneof![
        6 => (select(Action::ALL.to_vec()), party).prop_map(|(action, by)| Call::Request(action, by)),
        5 => (keeper(), which()).prop_map(|(by, which)| Call::Claim(by, which)),
        5 => (which(), keeper(), proof(f)).prop_map(|(which, by, proof)| Call::Confirm(which, by, proof)),
        1 => (keeper(), which()).prop_map(|(by, which)| Call::Yield(by, which)),
        2 => which().prop_map(Call::Expire),
    ]
    .boxed()
}
