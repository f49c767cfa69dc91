//! Every instruction of the program, once: what the model calls it, what it says, and the method of [`Model`] that is
//! its reference. The method has the instruction's name.

use latchkey::state::Action;

use super::{Model, Verdict};
use crate::moves::{Draft, EscrowSum, Offer, Proof, Sum};
use crate::parties::Who;

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
            pub(super) fn carry_out(&mut self, call: &Call) -> Verdict {
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
