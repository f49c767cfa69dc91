//! The life of a loan, written once and run on any ledger: lender and borrower are scripted here, the keeper and the
//! car are the real ones, and every milestone is read from the chain or from the car.

mod audit;
mod books;
mod car;
mod chain;
mod deployment;
mod evidence;
mod journal;
mod life;
mod milestone;
mod parties;
mod rpc;
mod run;
mod script;
mod svm;

pub use books::{Books, Purse};
pub use car::Car;
pub use chain::{Chain, ChainExt, Landed};
pub use journal::{Entry, Journal};
pub use milestone::{Milestone, Observer, Payment, Settlement};
pub use parties::Parties;
pub use rpc::RpcChain;
pub use run::Story;
pub use script::{CENT, Offer, Script};
pub use svm::SvmChain;

use latchkey_client::errors::Refusal;
use solana_sdk::{instruction::InstructionError, transaction::TransactionError};

use crate::process::Output;

/// Why a transaction was refused: the program's own refusals explain themselves, others by what was logged.
fn refusal(error: &TransactionError, logs: &[String]) -> anyhow::Error {
    let said = || anyhow::Error::new(Output(logs.join("\n")));
    match error {
        TransactionError::InstructionError(at, InstructionError::Custom(code)) => {
            let refusal = Refusal(*code);
            let why = if refusal.rule().is_some() { refusal.into() } else { said().context(refusal) };
            why.context(format!("instruction {at} was refused"))
        }
        other => said().context(other.to_string()),
    }
}
