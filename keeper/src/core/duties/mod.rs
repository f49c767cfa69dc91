//! What the keeper does for a loan. Each duty asks the contract's rules what is allowed and the [policy](super::policy)
//! what this keeper wants.
//!
//! A new duty is a file here, its place in [`DUTIES`], and its [`Operation`].

mod claim;
mod collect;
mod confirm;
mod declare_default;
mod lock;
mod open_calls;
pub(super) mod release;
mod unlock;
mod warn;

use latchkey::state::Action;

use super::context::Context;
use super::operation::{Lane, Operation};

pub(super) use open_calls::{calls_to_start, lapsed_leases};

/// One kind of work.
trait Duty: Sync {
    /// Where its transactions are sent.
    fn lane(&self) -> Lane {
        Lane::Car
    }

    /// Whether a keeper that is to stop still does it: it finishes what it has begun and begins nothing.
    fn is_finishing(&self) -> bool {
        false
    }

    /// The transaction to send now, if there is one.
    fn operation(&self, context: &Context<'_>) -> Option<Operation>;

    /// The next time at which the passing of time alone can change that, apart from the contract's own deadlines.
    fn deadline(&self, _context: &Context<'_>) -> Option<i64> {
        None
    }
}

/// Every duty, the most urgent first.
const DUTIES: [&dyn Duty; 9] = [
    &unlock::Unlock,
    &confirm::Confirm,
    &open_calls::OpenCalls,
    &claim::Claim(Action::Lock),
    &lock::Lock,
    &declare_default::DeclareDefault,
    &claim::Claim(Action::Warn),
    &warn::Warn,
    &collect::Collect,
];

/// The transactions that are due in a lane, the most urgent first, without those whose kind pauses after a failure. Each
/// is worked out when it is asked for.
pub(super) fn due<'c>(context: &'c Context<'_>, lane: Lane) -> impl Iterator<Item = Operation> + 'c {
    wanted(context, lane).filter(|operation| context.is_rested(operation))
}

/// The same with those that pause after a failure.
pub(super) fn wanted<'c>(context: &'c Context<'_>, lane: Lane) -> impl Iterator<Item = Operation> + 'c {
    let serves = context.policy.serves(&context.view.lender_key);
    let duties = DUTIES.iter().filter(move |duty| serves && duty.lane() == lane);
    let duties = duties.filter(|duty| !context.is_stopping || duty.is_finishing());
    let operations = duties.filter_map(|duty| duty.operation(context));
    operations.filter(|operation| context.may_lock || !operation.is_lock())
}

/// The next time at which the passing of time alone can change what a duty does, apart from the contract's own
/// deadlines.
pub(super) fn next_deadline(context: &Context<'_>) -> Option<i64> {
    DUTIES.iter().filter_map(|duty| duty.deadline(context)).min()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use anchor_lang::prelude::Pubkey;
    use latchkey::fixtures::COMMAND_KEY;
    use latchkey::state::LoanStatus;
    use latchkey_link::http::Hosts;

    use super::*;
    use crate::core::call::Call;
    use crate::core::fixture::{KEEPER, LoanFixture, OTHER, Tried, policy, receipt};
    use crate::core::policy::Policy;

    #[test]
    fn a_current_loan_leaves_nothing_to_do() {
        for wallet in [0, 5_000] {
            let fixture = LoanFixture { wallet, ..LoanFixture::new() };
            for lane in [Lane::Car, Lane::Money] {
                assert_eq!(fixture.next_operation_in(lane, 999, &Tried::default()), None);
            }
        }
    }

    #[test]
    fn calls_for_which_too_few_command_keys_are_in_reach_are_left_alone() {
        let mut fixture = LoanFixture::defaulted();
        for function in &mut fixture.functions {
            function.command_keys[0] = OTHER;
        }
        assert_eq!(fixture.next_operation(1_060), None);
        for function in &mut fixture.functions {
            (function.command_keys[1], function.required) = (COMMAND_KEY, 1);
        }
        let lock = Some(Operation::Request { action: Action::Lock, seq: 1 });
        assert_eq!(fixture.next_operation(1_060), lock);
        for function in &mut fixture.functions {
            function.required = 2;
        }
        assert_eq!(fixture.next_operation(1_060), None);

        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock, 1_060);
        assert_eq!(fixture.next_operation(1_061), Some(Operation::Claim { action: Action::Lock, seq: 1 }));
        fixture.invocations[0].1.required = 2;
        assert_eq!(fixture.next_operation(1_061), None);
        // One key twice is one signature.
        let two = Policy { command_keys: vec![COMMAND_KEY, COMMAND_KEY], ..policy() };
        assert_eq!(fixture.next_operation_with(1_061, &two, &HashMap::new()), None);
        fixture.invocations[0].1.command_keys[1] = OTHER;
        assert_eq!(fixture.next_operation(1_061), None);
        let two = Policy { command_keys: vec![COMMAND_KEY, OTHER], ..policy() };
        let claim = Some(Operation::Claim { action: Action::Lock, seq: 1 });
        assert_eq!(fixture.next_operation_with(1_061, &two, &HashMap::new()), claim);
        fixture.invocations[0].1.required = 1;
        fixture.invocations[0].1.command_keys = [OTHER, Pubkey::default(), Pubkey::default()];
        assert_eq!(fixture.next_operation(1_061), None);
    }

    #[test]
    fn one_key_here_and_another_at_an_allowed_host_make_two() {
        let mut fixture = LoanFixture::defaulted();
        for function in &mut fixture.functions {
            (function.command_keys[1], function.required) = (OTHER, 2);
            function.uri_2 = "https://fn.example.com/".to_owned();
        }
        assert_eq!(fixture.next_operation(1_060), None);
        let hosts = Hosts::only(["fn.example.com"]).unwrap();
        let reaches = Policy { hosts, ..policy() };
        let lock = Some(Operation::Request { action: Action::Lock, seq: 1 });
        assert_eq!(fixture.next_operation_with(1_060, &reaches, &HashMap::new()), lock);
    }

    #[test]
    fn a_keeper_outside_the_allow_list_collects_and_unlocks() {
        let mut fixture = LoanFixture::new();
        fixture.lender.keepers = vec![OTHER];
        assert_eq!(fixture.next_operation(1_001), None);
        let collect = Some(Operation::Collect);
        assert_eq!(fixture.next_operation_in(Lane::Money, 1_001, &Tried::default()), collect);
        fixture.request(Action::Warn, 1_001);
        assert_eq!(fixture.next_operation(1_002), None);
        fixture.lock();
        fixture.wallet = 1_000;
        let unlock = Some(Operation::Request { action: Action::Unlock, seq: 2 });
        assert_eq!(fixture.next_operation(1_002), unlock);
    }

    #[test]
    fn a_cheap_lock_is_left_alone_and_an_unlock_without_fee_is_not() {
        let dear = Policy { min_fee: 1_001, ..policy() };
        let mut fixture = LoanFixture::defaulted();
        assert_eq!(fixture.next_operation_with(1_060, &dear, &HashMap::new()), None);
        fixture.lock();
        fixture.loan.status = LoanStatus::Active;
        fixture.loan.ledger.paid_scheduled = 1_000;
        fixture.escrow_lamports = 0;
        assert_eq!(
            fixture.next_operation_with(1_060, &dear, &HashMap::new()),
            Some(Operation::Request { action: Action::Unlock, seq: 2 })
        );
    }

    #[test]
    fn lenders_outside_the_policy_are_not_served() {
        let only = Policy { lenders: vec![OTHER], ..policy() };
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.lock();
        assert_eq!(fixture.next_operation_with(1_060, &only, &HashMap::new()), None);
        fixture.request(Action::Unlock, 1_060);
        assert_eq!(fixture.calls_to_start_with(1_060, &only), []);
        assert_eq!(fixture.calls_to_start_with(1_060, &policy()).len(), 1);
    }

    #[test]
    fn an_unlock_comes_before_the_receipt_of_the_lock_and_that_before_everything_else() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.request(Action::Lock, 1_050);
        fixture.claim(KEEPER, 1_050);
        let receipt = Box::new(receipt());
        let calls = HashMap::from([(fixture.invocations[0].0, Call::Proven { receipt: receipt.clone() })]);
        let unlock = Operation::Request { action: Action::Unlock, seq: 2 };
        assert_eq!(fixture.next_operation_with(1_060, &policy(), &calls), Some(unlock));
        fixture.request(Action::Unlock, 1_060);
        let confirm = Operation::Confirm { action: Action::Lock, seq: 1, rent_payer: KEEPER, receipt };
        assert_eq!(fixture.next_operation_with(1_060, &policy(), &calls), Some(confirm));
    }
}
