//! Every instruction of the program, once: what the model calls it, its arguments, the method of [`Model`] that is its
//! reference and has the instruction's name. [`draws`](crate::generate) says how often it is drawn.

use latchkey::state::Action;

use crate::moves::{Draft, EscrowSum, Offer, Proof, Sum};
use crate::parties::Who;
use crate::reference::{Agreement, Amended, Mandate, Model, Step};

/// The people in an argument, for one to stand in for another.
pub trait People: Clone {
    /// The argument with other people.
    #[must_use]
    fn with(&self, _stand_in: &dyn Fn(Who) -> Who) -> Self {
        self.clone()
    }
}

macro_rules! nobody {
    ($($kind:ty),+) => { $(impl People for $kind {})+ };
}

nobody!(
    bool,
    u8,
    u32,
    u64,
    i64,
    usize,
    Action,
    Draft,
    EscrowSum,
    Offer,
    Proof,
    Sum,
    Agreement,
    Amended,
    Mandate,
    Vec<Who>
);

impl People for Who {
    fn with(&self, stand_in: &dyn Fn(Who) -> Who) -> Self {
        stand_in(*self)
    }
}

impl People for Option<Who> {
    fn with(&self, stand_in: &dyn Fn(Who) -> Who) -> Self {
        self.map(stand_in)
    }
}

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

            /// The same by other people.
            #[must_use]
            pub fn with(&self, stand_in: &dyn Fn(Who) -> Who) -> Self {
                match self {
                    $(Self::$call $(($($argument),+))? => Self::$call $(($($argument.with(stand_in)),+))?,)+
                }
            }
        }

        impl Model {
            pub(crate) fn carry_out(&mut self, call: &Call) -> Step {
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
    Distrust(by: Who) => distrust_device,
    Retire(by: Who) => retire_vehicle,
    Originate(by: Who, draft: Draft) => originate,
    FundEscrow(by: Who, lamports: u64) => fund_escrow,
    WithdrawEscrow(by: Who, sum: EscrowSum) => withdraw_escrow,
    Collect(send: bool) => collect,
    Prepay(by: Who, debt: Sum, fees: Sum) => prepay,
    PayOff(by: Who) => pay_off,
    WithdrawSurplus(by: Who, sum: Sum) => withdraw_surplus,
    DeclareDefault => declare_default,
    ServeNotice(by: Who, channels: u8) => serve_notice,
    PlaceHold(by: Who, secs: i64) => place_hold,
    PlaceStay(by: Who, wait: i64, secs: i64) => place_stay,
    LiftHold(by: Who, borrower: Who, agreement: Agreement) => lift_hold,
    Extend(by: Who, borrower: Who, agreement: Agreement) => extend,
    Amend(by: Who, borrower: Option<Who>, how: Amended, agreement: Agreement) => amend,
    WaiveFees(by: Who, sum: Sum) => waive_fees,
    EmergencyStart(by: Who) => emergency_start,
    ChargeOff(by: Who) => charge_off,
    Settle(by: Who, reason: usize) => settle,
    Assign(seller: Who, buyer: Who, agreement: Agreement, mandate: Mandate, proof: Proof) => assign,
    RotateBorrower(old: Who, new: Who) => rotate_borrower,
    RecoverBorrower(by: Who, new: Who, signs: bool) => recover_borrower,
    RefuseRecovery(by: Who) => refuse_recovery,
    Request(action: Action, by: Option<Who>) => request,
    Claim(by: Who, which: usize) => claim,
    Confirm(which: usize, by: Who, proof: Proof) => confirm,
    Yield(by: Who, which: usize) => yield_claim,
    Expire(which: usize) => expire,
    Close(by: Who) => close_loan,
}
