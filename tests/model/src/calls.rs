//! Every instruction of the program, once: what the model calls it, its arguments, the method of [`Model`] that is its
//! reference and has the instruction's name, and how often it is drawn.

use latchkey::state::Action;
use latchkey_tests_svm::DAY;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generate::{Flavour, by, hand, odd, proof};
use crate::moves::{Draft, EscrowSum, Offer, Proof, Sum};
use crate::parties::Who;
use crate::reference::{Model, Verdict};

macro_rules! calls {
    ($($call:ident $(($($argument:ident: $kind:ty),+))? => $instruction:ident,)+) => {
        /// An instruction, its arguments and who is behind it.
        #[derive(Clone, Debug)]
        pub enum Call {
            $($call $(($($kind),+))?,)+
        }

        impl Call {
            /// The names of all instructions.
            pub const INSTRUCTIONS: &[&str] = &[$(stringify!($instruction)),+];

            /// The instruction's name in the program's interface.
            pub fn instruction(&self) -> &'static str {
                match self {
                    $(Self::$call { .. } => stringify!($instruction),)+
                }
            }
        }

        impl Model {
            pub(crate) fn carry_out(&mut self, call: &Call) -> Verdict {
                match call.clone() {
                    $(Call::$call $(($($argument),+))? => self.$instruction($($($argument),+)?),)+
                }
            }
        }
    };
}

calls! {
    InitLender(by: Who) => init_lender,
    SetPolicy(by: Who, strict: bool) => set_policy,
    Nominate(by: Who, nominee: Option<Who>) => nominate_authority,
    Accept(by: Who) => accept_authority,
    SetServicer(by: Who, to: Who) => set_servicer,
    SetKeepers(by: Who, keepers: Vec<Who>) => set_keepers,
    SetFunction(by: Who, action: Action, offer: Offer) => set_function,
    Pause(by: Who, secs: u32) => pause,
    Unpause(by: Who) => unpause,
    Register(by: Who, proof: Proof) => register_vehicle,
    Rotate(by: Who, borrower: Option<Who>, device: usize, proof: Proof) => rotate_device_key,
    Retire(by: Who) => retire_vehicle,
    Originate(by: Who, draft: Draft) => originate,
    FundEscrow(by: Who, lamports: u64) => fund_escrow,
    WithdrawEscrow(by: Who, sum: EscrowSum) => withdraw_escrow,
    Collect => collect,
    Prepay(by: Who, sum: Sum) => prepay,
    PayOff(by: Who) => pay_off,
    WithdrawSurplus(by: Who, sum: Sum) => withdraw_surplus,
    DeclareDefault => declare_default,
    ServeNotice(by: Who, channels: u8) => serve_notice,
    PlaceHold(by: Who, secs: i64) => place_hold,
    LiftHold(by: Who, borrower: Who) => lift_hold,
    Extend(by: Who, borrower: Who) => extend,
    WaiveFees(by: Who, sum: Sum) => waive_fees,
    EmergencyStart(by: Who) => emergency_start,
    ChargeOff(by: Who) => charge_off,
    Request(action: Action, by: Option<Who>) => request,
    Claim(by: Who, which: usize) => claim,
    Confirm(which: usize, proof: Proof) => confirm,
    Yield(by: Who, which: usize) => yield_claim,
    Expire(which: usize) => expire,
    Close(by: Who) => close_loan,
}

/// A lender's and a car's instructions.
pub(crate) fn lender_calls(f: Flavour) -> BoxedStrategy<Call> {
    let who = || select(Who::ALL.to_vec());
    let offer = prop_oneof![
        4 => (1..9_u64).prop_map(|n| Offer::Sound(n * 1_000_000)),
        1 => select(vec![Offer::Free, Offer::LongLease, Offer::Http, Offer::NoKey]),
    ];
    let keepers = select(vec![
        vec![],
        vec![Who::Keeper],
        vec![Who::Keeper, Who::Rival],
        vec![Who::Rival, Who::Rival],
        Who::ALL.to_vec(),
    ]);
    let nominee = prop::option::weighted(0.8, select(vec![Who::Nominee, Who::Authority, Who::Stranger]));
    prop_oneof![
        1 => by(f, Who::Authority).prop_map(Call::InitLender),
        2 => (by(f, Who::Authority), any::<bool>()).prop_map(|(by, strict)| Call::SetPolicy(by, strict)),
        2 => (by(f, Who::Authority), nominee).prop_map(|(by, nominee)| Call::Nominate(by, nominee)),
        2 => by(f, Who::Nominee).prop_map(Call::Accept),
        1 => (by(f, Who::Authority), select(vec![Who::Servicer, Who::Servicer, Who::Deputy, Who::Authority])).prop_map(|(by, to)| Call::SetServicer(by, to)),
        2 => (by(f, Who::Authority), keepers).prop_map(|(by, keepers)| Call::SetKeepers(by, keepers)),
        2 => (by(f, Who::Authority), select(Action::ALL.to_vec()), offer)
            .prop_map(|(by, action, offer)| Call::SetFunction(by, action, offer)),
        2 => (hand(f), select(vec![0, 1, 3_600, 86_400, 86_401])).prop_map(|(by, secs)| Call::Pause(by, secs)),
        1 => hand(f).prop_map(Call::Unpause),
        1 => (hand(f), proof(f)).prop_map(|(by, proof)| Call::Register(by, proof)),
        2 => (hand(f), prop::option::weighted(0.9, by(f, Who::Borrower)), 0..3_usize, proof(f))
            .prop_map(|(by, borrower, device, proof)| Call::Rotate(by, borrower, device, proof)),
        1 => hand(f).prop_map(Call::Retire),
        1 => who().prop_map(Call::Close),
    ]
    .boxed()
}

/// A loan's and an escrow's instructions.
pub(crate) fn loan_calls(f: Flavour) -> BoxedStrategy<Call> {
    let draft = prop_oneof![
        6 => Just(Draft::Sound),
        1 => select(vec![Draft::Empty, Draft::DueNow, Draft::Deferred, Draft::PoorEscrow, Draft::ToTreasury]),
    ];
    let escrow = prop_oneof![(0..2_u64).prop_map(EscrowSum::Units), (0..2_u64).prop_map(EscrowSum::AllBut),];
    let surplus = prop_oneof![odd().prop_map(Sum::Surplus), (0..80_u64).prop_map(Sum::Share),];
    let prepaid = prop_oneof![
        2 => odd().prop_map(Sum::Beyond),
        3 => (0..200_u64).prop_map(Sum::Share),
        1 => (0..2_u64).prop_map(Sum::Units),
    ];
    let fees = prop_oneof![odd().prop_map(Sum::Fees), (0..3_u64).prop_map(Sum::Units)];
    prop_oneof![
        3 => (by(f, Who::Authority), draft).prop_map(|(by, draft)| Call::Originate(by, draft)),
        1 => (by(f, Who::Payer), select(vec![0, 1, 5_000_000, 20_000_000])).prop_map(|(by, n)| Call::FundEscrow(by, n)),
        1 => (by(f, Who::Authority), escrow).prop_map(|(by, sum)| Call::WithdrawEscrow(by, sum)),
        6 => Just(Call::Collect),
        4 => (by(f, Who::Borrower), prepaid).prop_map(|(by, sum)| Call::Prepay(by, sum)),
        2 => by(f, Who::Borrower).prop_map(Call::PayOff),
        2 => (by(f, Who::Borrower), surplus).prop_map(|(by, sum)| Call::WithdrawSurplus(by, sum)),
        4 => Just(Call::DeclareDefault),
        3 => (hand(f), select(vec![1_u8, 3, 16, 31, 0, 32, 64])).prop_map(|(by, by_what)| Call::ServeNotice(by, by_what)),
        2 => (hand(f), select(vec![0, 1, 86_400, 4 * DAY, 366 * DAY, 366 * DAY + 1])).prop_map(|(by, secs)| Call::PlaceHold(by, secs)),
        1 => (hand(f), by(f, Who::Borrower)).prop_map(|(by, borrower)| Call::LiftHold(by, borrower)),
        2 => (hand(f), by(f, Who::Borrower)).prop_map(|(by, borrower)| Call::Extend(by, borrower)),
        2 => (hand(f), fees).prop_map(|(by, sum)| Call::WaiveFees(by, sum)),
        2 => by(f, Who::Borrower).prop_map(Call::EmergencyStart),
        1 => hand(f).prop_map(Call::ChargeOff),
        2 => by(f, Who::Borrower).prop_map(Call::Close),
    ]
    .boxed()
}

/// The instructions of function calls.
pub(crate) fn function_calls(f: Flavour) -> BoxedStrategy<Call> {
    let which = || select(vec![0, 0, 0, 0, 1, 2]);
    let keeper = || prop_oneof![5 => by(f, Who::Keeper), 1 => Just(Who::Rival), 1 => Just(Who::Borrower)];
    let lender = prop::option::weighted(0.2, hand(f));
    prop_oneof![
        6 => (select(Action::ALL.to_vec()), lender).prop_map(|(action, by)| Call::Request(action, by)),
        5 => (keeper(), which()).prop_map(|(by, which)| Call::Claim(by, which)),
        5 => (which(), proof(f)).prop_map(|(which, proof)| Call::Confirm(which, proof)),
        1 => (keeper(), which()).prop_map(|(by, which)| Call::Yield(by, which)),
        2 => which().prop_map(Call::Expire),
    ]
    .boxed()
}
