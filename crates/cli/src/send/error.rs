use latchkey_client::errors::Refusal;
use latchkey_client::{PROGRAM_ID, Pubkey};
use solana_sdk::instruction::InstructionError;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::{Transaction, TransactionError};

use super::budget::COMPUTE_BUDGET_PROGRAM;
use crate::chain::ChainError;

/// Why a transaction did nothing, or why it is not known what it did.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A rule of the program, or a check of its accounts.
    #[error("instruction {number} was refused")]
    Refused {
        /// Position in the transaction, from 1, instructions of the compute budget not counted.
        number: usize,
        #[source]
        refusal: Refusal,
    },
    /// Another program, or the runtime.
    #[error("the transaction was refused: {error}{reason}")]
    Failed {
        error: TransactionError,
        /// The last line of the log that gives a reason, in parentheses; or empty.
        reason: String,
    },
    #[error("{0} has no lamports to pay the fee: send it some, or name another --payer")]
    NoFunds(Pubkey),
    #[error(
        "the transaction did not land before its blockhash expired, and never will: try again, perhaps with a higher --priority-fee"
    )]
    Expired,
    #[error(
        "the cluster no longer answers, so it is not known whether {0} landed: look it up before you try again"
    )]
    Unknown(Signature),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl SendError {
    /// Explains an error of the runtime, with the names of the program's rules where one of them refused.
    pub(super) fn explain(
        transaction: &Transaction,
        error: TransactionError,
        payer: &Pubkey,
        logs: &[String],
    ) -> Self {
        match error {
            TransactionError::AccountNotFound | TransactionError::InsufficientFundsForFee => {
                Self::NoFunds(*payer)
            }
            TransactionError::InstructionError(index, InstructionError::Custom(code))
                if program(transaction, index.into()) == Some(PROGRAM_ID) && code >= 100 =>
            {
                let is_budget = |index: &usize| program(transaction, *index) == Some(COMPUTE_BUDGET_PROGRAM);
                let budget_before = (0..usize::from(index)).filter(is_budget).count();
                Self::Refused { number: usize::from(index) + 1 - budget_before, refusal: Refusal(code) }
            }
            error => Self::Failed { error, reason: reason(logs) },
        }
    }
}

/// The program that an instruction calls.
fn program(transaction: &Transaction, index: usize) -> Option<Pubkey> {
    let message = &transaction.message;
    let instruction = message.instructions.get(index)?;
    message.account_keys.get(usize::from(instruction.program_id_index)).copied()
}

/// The last line in which a program gives a reason, such as `insufficient funds`.
fn reason(logs: &[String]) -> String {
    let reason = logs.iter().rev().find_map(|line| {
        line.strip_prefix("Program log: Error: ")
            .or_else(|| line.strip_prefix("Program log: AnchorError "))
            // The system program's.
            .or_else(|| line.starts_with("Transfer: insufficient").then_some(line.as_str()))
            .or_else(|| line.ends_with("already in use").then_some(line.as_str()))
    });
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

#[cfg(test)]
mod tests {
    use latchkey_client::instructions;
    use latchkey_client::latchkey::errors::LatchkeyError;
    use solana_sdk::message::Message;

    use super::*;
    use crate::send::budget::ComputeBudget;

    fn transaction() -> Transaction {
        let pause = instructions::pause(Pubkey::new_unique(), Pubkey::new_unique(), 60);
        let budget = ComputeBudget { units: 1, micro_lamports_per_unit: Some(1) };
        Transaction::new_unsigned(Message::new(&budget.in_front_of(&[pause]), None))
    }

    fn failed(index: u8, code: u32) -> TransactionError {
        TransactionError::InstructionError(index, InstructionError::Custom(code))
    }

    #[test]
    fn a_rule_of_the_contract_is_named_with_the_way_out() {
        let payer = Pubkey::new_unique();
        let error = failed(2, LatchkeyError::NotServicing.into());
        let explained = SendError::explain(&transaction(), error, &payer, &[]);
        let SendError::Refused { number: 1, refusal } = explained else { panic!("{explained}") };
        assert!(refusal.to_string().starts_with("NotServicing (6001): Only the lender's"), "{refusal}");
    }

    #[test]
    fn another_programs_refusal_is_explained_in_its_own_words() {
        let logs = ["Program log: Error: insufficient funds".to_owned(), "Program x failed".to_owned()];
        let explained =
            SendError::explain(&transaction(), failed(2, 1), &Pubkey::new_unique(), &logs).to_string();
        assert!(explained.ends_with("(insufficient funds)"), "{explained}");
        // The same number from the compute budget program does not name a rule.
        let other = SendError::explain(&transaction(), failed(0, 6_001), &Pubkey::new_unique(), &[]);
        assert!(matches!(other, SendError::Failed { .. }));
    }

    #[test]
    fn a_payer_without_lamports_is_named() {
        let payer = Pubkey::new_unique();
        let error = TransactionError::AccountNotFound;
        let explained = SendError::explain(&transaction(), error, &payer, &[]).to_string();
        assert!(explained.starts_with(&payer.to_string()) && explained.contains("--payer"), "{explained}");
    }
}
