//! The transactions that a keeper sends. Every account list is built here from what the keeper itself has read, and only
//! the keeper's key signs.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::state::Action;
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::pda;
use latchkey_client::protocol::DecodeError;
use latchkey_client::protocol::sealed::Envelope;

/// One transaction to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The loan that it is about.
    pub keys: LoanKeys,
    /// The keeper, who pays and signs.
    pub keeper: Pubkey,
    /// What it does.
    pub operation: Operation,
    /// The chain time before which it must not be executed: the program would refuse it. The ledger builds and signs it
    /// at once and sends it then. `None` if it may be sent now.
    pub due: Option<i64>,
}

/// What a transaction does. `seq` is the sequence number of the function call, `rent_payer` the account that paid its
/// rent and gets it back.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Take what is due and send it to the lender.
    Collect,
    /// Take what is due and send nothing: for a treasury that takes no payment.
    Look,
    /// Declare the default.
    DeclareDefault,
    /// Request a function call; claim it too if it is a warning or a lock.
    Request { action: Action, seq: u64 },
    /// Declare the default, request a lock and claim it.
    DeclareDefaultAndLock { seq: u64 },
    /// Take the lease of an open call.
    Claim { action: Action, seq: u64 },
    /// Settle a call with the car's receipt.
    Confirm { action: Action, seq: u64, rent_payer: Pubkey, receipt: Box<Envelope> },
    /// Give the lease of a call back.
    Yield { seq: u64 },
    /// Close a call that was not fulfilled in time.
    /// `keeper` gets a lapsed bond back if the car's device key is distrusted or has changed.
    Expire { seq: u64, rent_payer: Pubkey, keeper: Option<Pubkey> },
}

/// What goes first, over all loans, where not everything can be sent at once. The first is the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A car that must not stay locked.
    Unlock,
    /// Work that is done, and leases to give back: a bond is lost if they come late.
    Confirm,
    /// Locks and the defaults that lead to them.
    Lock,
    /// Warnings.
    Warn,
    /// Money, and calls to clear away.
    Collect,
}

/// What a vehicle's transactions are about. Those about its money, those about the car and receipts do not wait for
/// each other: an unlock never waits for a treasury, and a receipt for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// The loan's money.
    Money,
    /// Calls to the car, and the default that leads to them.
    Car,
    /// Receipts: one that is ready waits for no request.
    Receipt,
}

impl Lane {
    /// Every lane, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Receipt, Self::Car, Self::Money];
}

impl Operation {
    /// Its lane: of each there is one transaction at a time.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::Collect | Self::Look => Lane::Money,
            Self::Confirm { .. } => Lane::Receipt,
            Self::DeclareDefault
            | Self::Request { .. }
            | Self::DeclareDefaultAndLock { .. }
            | Self::Claim { .. }
            | Self::Yield { .. }
            | Self::Expire { .. } => Lane::Car,
        }
    }

    /// What it gives way to where not everything can be sent at once.
    pub const fn priority(&self) -> Priority {
        match self {
            Self::Request { action: Action::Unlock, .. } | Self::Confirm { action: Action::Unlock, .. } => {
                Priority::Unlock
            }
            Self::Confirm { .. } | Self::Yield { .. } => Priority::Confirm,
            Self::DeclareDefault
            | Self::DeclareDefaultAndLock { .. }
            | Self::Request { action: Action::Lock, .. }
            | Self::Claim { action: Action::Lock, .. } => Priority::Lock,
            Self::Request { action: Action::Warn, .. } | Self::Claim { .. } => Priority::Warn,
            Self::Collect | Self::Look | Self::Expire { .. } => Priority::Collect,
        }
    }

    /// Whether it is a lock, which the breaker counts.
    pub const fn is_lock(&self) -> bool {
        matches!(
            self,
            Self::DeclareDefaultAndLock { .. }
                | Self::Request { action: Action::Lock, .. }
                | Self::Claim { action: Action::Lock, .. }
        )
    }

    /// The sequence number of the call that it is about.
    pub const fn seq(&self) -> Option<u64> {
        match self {
            Self::Collect | Self::Look | Self::DeclareDefault => None,
            Self::Request { seq, .. }
            | Self::DeclareDefaultAndLock { seq }
            | Self::Claim { seq, .. }
            | Self::Confirm { seq, .. }
            | Self::Yield { seq }
            | Self::Expire { seq, .. } => Some(*seq),
        }
    }

    /// The action that it requests.
    pub const fn requests(&self) -> Option<Action> {
        match self {
            Self::Request { action, .. } => Some(*action),
            Self::DeclareDefaultAndLock { .. } => Some(Action::Lock),
            _ => None,
        }
    }

    /// The action whose call it settles.
    pub const fn settles(&self) -> Option<Action> {
        match self {
            Self::Confirm { action, .. } => Some(*action),
            _ => None,
        }
    }

    /// The invocation that it is about.
    pub fn invocation(&self, vehicle: &Pubkey) -> Option<Pubkey> {
        self.seq().map(|seq| pda::invocation(vehicle, seq))
    }

    /// Its name in logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Look => "look",
            Self::DeclareDefault => "declare_default",
            Self::Request { action: Action::Warn, .. } => "request_warn",
            Self::Request { action: Action::Lock, .. } | Self::DeclareDefaultAndLock { .. } => "request_lock",
            Self::Request { action: Action::Unlock, .. } => "request_unlock",
            Self::Claim { .. } => "claim",
            Self::Confirm { .. } => "confirm",
            Self::Yield { .. } => "yield_claim",
            Self::Expire { .. } => "expire",
        }
    }
}

impl Intent {
    /// The instructions of the transaction. Fails only if the receipt does not decode.
    pub fn instructions(&self) -> Result<Vec<Instruction>, DecodeError> {
        let (keys, keeper) = (&self.keys, self.keeper);
        let request = |action, seq| build::request(keys, keeper, None, action, seq);
        Ok(match &self.operation {
            Operation::Collect => vec![build::collect(keys)],
            Operation::Look => vec![build::look(keys)],
            Operation::DeclareDefault => vec![build::declare_default(keys)],
            Operation::Request { action: Action::Unlock, seq } => vec![request(Action::Unlock, *seq)],
            Operation::Request { action, seq } => {
                vec![request(*action, *seq), build::claim(keys, keeper, *seq)]
            }
            Operation::DeclareDefaultAndLock { seq } => build::lock_now(keys, keeper, *seq).into(),
            Operation::Claim { seq, .. } => vec![build::claim(keys, keeper, *seq)],
            Operation::Confirm { rent_payer, receipt, .. } => {
                build::confirm(keys, keeper, *rent_payer, receipt)?.into()
            }
            Operation::Yield { seq } => vec![build::yield_claim(&keys.vehicle, keeper, *seq)],
            Operation::Expire { seq, rent_payer, keeper } => {
                vec![build::expire(keys, *seq, *rent_payer, *keeper)]
            }
        })
    }

    /// The accounts to read again once the transaction has ended.
    pub fn touches(&self) -> Vec<Pubkey> {
        let keys = &self.keys;
        let loan = [keys.loan, keys.vehicle, keys.escrow, keys.lender];
        loan.into_iter().chain(self.operation.invocation(&keys.vehicle)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlock_goes_before_a_receipt_and_that_before_a_lock_a_warning_and_money() {
        let request = |action| Operation::Request { action, seq: 1 };
        let receipt = crate::core::fixture::receipt();
        let confirm = |action| Operation::Confirm {
            action,
            seq: 1,
            rent_payer: Pubkey::default(),
            receipt: Box::new(receipt.clone()),
        };
        let order = [
            vec![request(Action::Unlock), confirm(Action::Unlock)],
            vec![confirm(Action::Lock), confirm(Action::Warn), Operation::Yield { seq: 1 }],
            vec![request(Action::Lock), Operation::Claim { action: Action::Lock, seq: 1 }],
            vec![request(Action::Warn), Operation::Claim { action: Action::Warn, seq: 1 }],
            vec![Operation::Collect, Operation::Look],
        ];
        for (earlier, later) in order.iter().zip(&order[1..]) {
            for (earlier, later) in
                earlier.iter().flat_map(|earlier| later.iter().map(move |later| (earlier, later)))
            {
                assert!(earlier.priority() < later.priority(), "{} before {}", earlier.name(), later.name());
            }
        }
    }
}
