//! What a transaction of the keeper is for, and the instructions that do it. Every account list is built here, from
//! the keeper's own knowledge, and no key but the keeper's signs.

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
    /// The loan it is about.
    pub keys: LoanKeys,
    /// The keeper, who pays and signs.
    pub keeper: Pubkey,
    /// What it does.
    pub operation: Operation,
}

/// What a transaction does.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Take what is due.
    Collect,
    /// Take what is there and declare the default.
    Default,
    /// Ask for a function call and claim it.
    Request {
        /// What is asked.
        action: Action,
        /// The sequence number it will have.
        seq: u64,
        /// The default must be declared first.
        with_default: bool,
    },
    /// Take the lease of a call that is open.
    Claim {
        /// Its sequence number.
        seq: u64,
    },
    /// Settle on the car's receipt.
    Confirm {
        /// Its sequence number.
        seq: u64,
        /// Who paid its rent.
        rent_payer: Pubkey,
        /// The receipt.
        receipt: Box<Envelope>,
    },
    /// Give the lease back.
    Yield {
        /// Its sequence number.
        seq: u64,
    },
    /// Close a call nobody fulfilled.
    Expire {
        /// Its sequence number.
        seq: u64,
        /// Who paid its rent.
        rent_payer: Pubkey,
    },
}

impl Operation {
    /// The invocation it concerns.
    pub fn invocation(&self, vehicle: &Pubkey) -> Option<Pubkey> {
        match self {
            Self::Collect | Self::Default => None,
            Self::Request { seq, .. }
            | Self::Claim { seq }
            | Self::Confirm { seq, .. }
            | Self::Yield { seq }
            | Self::Expire { seq, .. } => Some(pda::invocation(vehicle, *seq)),
        }
    }

    /// Its name in logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Default => "declare_default",
            Self::Request { action: Action::Warn, .. } => "request_warn",
            Self::Request { action: Action::Lock, .. } => "request_lock",
            Self::Request { action: Action::Unlock, .. } => "request_unlock",
            Self::Claim { .. } => "claim",
            Self::Confirm { .. } => "confirm",
            Self::Yield { .. } => "yield_claim",
            Self::Expire { .. } => "expire",
        }
    }
}

impl Intent {
    /// The instructions of the transaction. Fails only on a receipt that is none.
    pub fn instructions(&self) -> Result<Vec<Instruction>, DecodeError> {
        let (keys, keeper) = (&self.keys, self.keeper);
        Ok(match &self.operation {
            Operation::Collect => vec![build::collect(keys)],
            Operation::Default => vec![build::collect(keys), build::declare_default(keys)],
            Operation::Request { action: Action::Lock, seq, with_default: true } => {
                build::lock_now(keys, keeper, *seq).into()
            }
            Operation::Request { action, seq, .. } => {
                vec![build::request(keys, keeper, None, *action, *seq), build::claim(keys, keeper, *seq)]
            }
            Operation::Claim { seq } => vec![build::claim(keys, keeper, *seq)],
            Operation::Confirm { rent_payer, receipt, .. } => {
                build::confirm(keys, keeper, *rent_payer, receipt)?.into()
            }
            Operation::Yield { seq } => vec![build::yield_claim(&keys.vehicle, keeper, *seq)],
            Operation::Expire { seq, rent_payer } => vec![build::expire(keys, *seq, *rent_payer)],
        })
    }

    /// The accounts to read again once its fate is known.
    pub fn touches(&self) -> Vec<Pubkey> {
        let keys = &self.keys;
        let loan = [keys.loan, keys.vehicle, keys.escrow, keys.lender];
        loan.into_iter().chain(self.operation.invocation(&keys.vehicle)).collect()
    }
}
