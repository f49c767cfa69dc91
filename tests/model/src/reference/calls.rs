use super::{Model, Verdict};
use crate::moves::Call;

impl Model {
    pub(super) fn carry_out(&mut self, call: &Call) -> Verdict {
        match call {
            Call::InitLender(by) => self.init_lender(*by),
            Call::SetPolicy(by, strict) => self.set_policy(*by, *strict),
            Call::Nominate(by, nominee) => self.nominate(*by, *nominee),
            Call::Accept(by) => self.accept(*by),
            Call::SetServicer(by, to) => self.set_servicer(*by, *to),
            Call::SetKeepers(by, keepers) => self.set_keepers(*by, keepers),
            Call::SetFunction(by, action, offer) => self.set_function(*by, *action, *offer),
            Call::Pause(by, secs) => self.pause(*by, *secs),
            Call::Unpause(by) => self.unpause(*by),
            Call::Register(by, proof) => self.register(*by, *proof),
            Call::Rotate(by, borrower, device, proof) => self.rotate(*by, *borrower, *device, *proof),
            Call::Retire(by) => self.retire(*by),
            Call::Originate(by, draft) => self.originate(*by, *draft),
            Call::FundEscrow(by, lamports) => self.fund_escrow(*by, *lamports),
            Call::WithdrawEscrow(by, sum) => self.withdraw_escrow(*by, *sum),
            Call::Collect => self.collect(),
            Call::Prepay(by, sum) => self.prepay(*by, *sum),
            Call::PayOff(by) => self.pay_off(*by),
            Call::WithdrawSurplus(by, sum) => self.withdraw_surplus(*by, *sum),
            Call::DeclareDefault => self.declare_default(),
            Call::ServeNotice(by, channels) => self.serve_notice(*by, *channels),
            Call::PlaceHold(by, secs) => self.place_hold(*by, *secs),
            Call::LiftHold(by, borrower) => self.lift_hold(*by, *borrower),
            Call::Extend(by, borrower) => self.extend(*by, *borrower),
            Call::WaiveFees(by, sum) => self.waive_fees(*by, *sum),
            Call::EmergencyStart(by) => self.emergency_start(*by),
            Call::ChargeOff(by) => self.charge_off(*by),
            Call::Request(action, by) => self.request(*action, *by),
            Call::Claim(by, which) => self.claim(*by, *which),
            Call::Confirm(which, proof) => self.confirm(*which, *proof),
            Call::Yield(by, which) => self.yield_claim(*by, *which),
            Call::Expire(which) => self.expire(*which),
            Call::Close(by) => self.close(*by),
        }
    }
}
