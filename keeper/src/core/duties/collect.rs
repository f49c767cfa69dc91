//! Collect when it moves money, charges a late fee or records a cure.

use latchkey::rules::ledger::Wallet;
use latchkey::state::LoanStatus;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct Collect;

impl Duty for Collect {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let at = &context.at;
        if !at.loan.status.is_open() {
            return None;
        }
        let position = at.position().ok()?;
        let pays = at.wallet > Wallet(0) && position.due().is_ok_and(|due| due > 0);
        let charges = position.ledger.fees > at.loan.ledger.fees;
        let cures = at.loan.status == LoanStatus::Defaulted && position.past_due == 0;
        (pays || charges || cures).then_some(Operation::Collect)
    }
}

#[cfg(test)]
mod tests {
    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    #[test]
    fn the_wallet_is_collected_from_at_the_second_an_instalment_falls_due() {
        let fixture = LoanFixture { wallet: 1_000, ..LoanFixture::new() };
        assert_eq!(
            [999, 1_000, 1_001].map(|now| fixture.next_operation(now)),
            [None, Some(Operation::Collect), Some(Operation::Collect)]
        );
    }
}
