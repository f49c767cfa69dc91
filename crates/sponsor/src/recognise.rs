//! What a transaction is, read from its bytes alone. What is not known here is not signed.

use std::collections::BTreeSet;

use anchor_lang::{Discriminator, InstructionData as _};
use latchkey_client::PROGRAM_ID;
use latchkey_client::latchkey::instruction as ix;
use latchkey_client::latchkey::state::{Action, Loan};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::sanitize::Sanitize as _;
use solana_sdk::transaction::Transaction;

use crate::config::Policy;
use crate::fees::{COMPUTE_BUDGET, Compute};
use crate::refusal::Refusal;
use crate::tokens::{self, ASSOCIATED, CREATE_IDEMPOTENT};

const ED25519: Pubkey = Pubkey::from_str_const("Ed25519SigVerify111111111111111111111111111");

/// An instruction of the program that borrowers send.
struct Known {
    discriminator: &'static [u8],
    /// Where it names the loan.
    loan: usize,
    /// Where it may name the sponsor.
    sponsor: Option<usize>,
}

const fn known(discriminator: &'static [u8], loan: usize, sponsor: Option<usize>) -> Known {
    Known { discriminator, loan, sponsor }
}

/// A sponsor may stand as `payer` of a request, whose deposit comes back to it, and as `rent_payer` of the confirmation that
/// brings it back.
const KNOWN: [Known; 9] = [
    known(ix::Request::DISCRIMINATOR, 5, Some(0)),
    known(ix::Confirm::DISCRIMINATOR, 1, Some(5)),
    known(ix::Prepay::DISCRIMINATOR, 1, None),
    known(ix::PayOff::DISCRIMINATOR, 2, None),
    known(ix::Collect::DISCRIMINATOR, 1, None),
    known(ix::EmergencyStart::DISCRIMINATOR, 2, None),
    known(ix::WithdrawSurplus::DISCRIMINATOR, 1, None),
    known(ix::RefuseRecovery::DISCRIMINATOR, 1, None),
    known(ix::CloseLoan::DISCRIMINATOR, 4, None),
];

/// A token account that the sponsor would pay the deposit of.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    index: usize,
    address: Pubkey,
    owner: Pubkey,
    mint: Pubkey,
    program: Pubkey,
}

/// A transaction of which each instruction is known.
#[derive(Debug)]
pub struct Recognised {
    /// Who signs beside the sponsor.
    pub borrower: Pubkey,
    /// The network's fee.
    pub fee: u64,
    /// Whether the sponsor pays the deposit of a call.
    pub pays_call: bool,
    loans: BTreeSet<Pubkey>,
    /// Instructions that pay into a token account.
    paid: Vec<(usize, Pubkey)>,
    made: Vec<Made>,
}

/// Where the loan of a transaction is found.
#[derive(Debug, PartialEq, Eq)]
pub enum Subject {
    Loan(Pubkey),
    /// The owner of this token account.
    OwnerOf(Pubkey),
}

/// Reads a transaction that `sponsor` would pay for.
pub fn recognise(
    transaction: &Transaction,
    sponsor: &Pubkey,
    policy: &Policy,
) -> Result<Recognised, Refusal> {
    let message = &transaction.message;
    if transaction.sanitize().is_err() {
        return Err(Refusal::Unreadable);
    }
    let keys = &message.account_keys;
    if keys.first() != Some(sponsor) {
        return Err(Refusal::FeePayer(*sponsor));
    }
    let signers = &keys[..usize::from(message.header.num_required_signatures)];
    let borrower = match signers {
        [_, borrower] => *borrower,
        [_, _, another, ..] => return Err(Refusal::Signer(*another)),
        _ => return Err(Refusal::NoSigner),
    };
    let mut found = Recognised {
        borrower,
        fee: 0,
        pays_call: false,
        loans: BTreeSet::new(),
        paid: Vec::new(),
        made: Vec::new(),
    };
    let mut compute = Compute::default();
    let mut signatures = signers.len() as u64;
    for (index, instruction) in message.instructions.iter().enumerate() {
        let program = keys[usize::from(instruction.program_id_index)];
        let accounts: Vec<Pubkey> = instruction.accounts.iter().map(|at| keys[usize::from(*at)]).collect();
        let names_sponsor = |allowed: Option<usize>| {
            accounts.iter().enumerate().any(|(at, key)| key == sponsor && Some(at) != allowed)
        };
        let data = &instruction.data;
        let mut allowed = None;
        if program == COMPUTE_BUDGET {
            compute.take(index, data)?;
        } else if program == PROGRAM_ID {
            allowed = found.take_call(index, &accounts, data, sponsor)?;
        } else if tokens::is_token_program(&program) {
            let to = tokens::destination(&accounts, data).ok_or(Refusal::Instruction(index))?;
            found.paid.push((index, to));
        } else if program == ASSOCIATED {
            allowed = Some(0);
            found.take_account(index, &accounts, data, policy)?;
        } else if program == ED25519 {
            // It reads instructions only. Each signature that it verifies costs what a signature costs.
            signatures += u64::from(data.first().copied().unwrap_or_default());
        } else {
            return Err(Refusal::Program { index, program });
        }
        if names_sponsor(allowed) {
            return Err(Refusal::Named(index));
        }
    }
    found.fee = compute.fee(signatures, policy)?;
    Ok(found)
}

impl Recognised {
    /// Takes an instruction of the program. Returns where it may name the sponsor.
    fn take_call(
        &mut self,
        index: usize,
        accounts: &[Pubkey],
        data: &[u8],
        sponsor: &Pubkey,
    ) -> Result<Option<usize>, Refusal> {
        let known = KNOWN.iter().find(|known| data.starts_with(known.discriminator));
        let known = known.ok_or(Refusal::Instruction(index))?;
        let is_request = known.discriminator == ix::Request::DISCRIMINATOR;
        if is_request && data[..] != (ix::Request { action: Action::Unlock }).data() {
            return Err(Refusal::Instruction(index));
        }
        if is_request && accounts.first() == Some(sponsor) {
            // A car has one unlock open at a time, so a second would fail.
            if self.pays_call {
                return Err(Refusal::Instruction(index));
            }
            self.pays_call = true;
        }
        self.loans.insert(*accounts.get(known.loan).ok_or(Refusal::Instruction(index))?);
        Ok(known.sponsor)
    }

    fn take_account(
        &mut self,
        index: usize,
        accounts: &[Pubkey],
        data: &[u8],
        policy: &Policy,
    ) -> Result<(), Refusal> {
        if !policy.pay_token_accounts {
            return Err(Refusal::TokenAccounts);
        }
        let &[_, address, owner, mint, _, program] = accounts else {
            return Err(Refusal::Instruction(index));
        };
        if data != CREATE_IDEMPOTENT || !self.made.is_empty() {
            return Err(Refusal::Instruction(index));
        }
        self.made.push(Made { index, address, owner, mint, program });
        Ok(())
    }

    /// Whether the sponsor pays the deposit of a token account.
    pub fn pays_token_account(&self) -> bool {
        !self.made.is_empty()
    }

    /// Which loan it is about: the one that its instructions name, or the owner of the account that it pays.
    pub fn subject(&self) -> Result<Subject, Refusal> {
        match (self.loans.len(), self.loans.first(), self.paid.first()) {
            (1, Some(loan), _) => Ok(Subject::Loan(*loan)),
            (0, _, Some((_, to))) => Ok(Subject::OwnerOf(*to)),
            (named, ..) => Err(Refusal::Loans(named)),
        }
    }

    /// Holds it against its loan, whose money is `mint`.
    pub fn check(&self, loan: &Loan, mint: &Pubkey, policy: &Policy) -> Result<(), Refusal> {
        if !policy.lenders.contains(&loan.lender) {
            return Err(Refusal::Lender(loan.lender));
        }
        if self.borrower != loan.borrower {
            return Err(Refusal::NotBorrower(self.borrower));
        }
        if let Some((index, _)) = self.paid.iter().find(|(_, to)| *to != loan.wallet) {
            return Err(Refusal::Destination(*index));
        }
        let is_own = |made: &Made| {
            let right = latchkey_client::pda::token_account(&loan.borrower, mint, &made.program);
            tokens::is_token_program(&made.program)
                && (made.owner, made.mint, made.address) == (loan.borrower, *mint, right)
        };
        match self.made.iter().find(|made| !is_own(made)) {
            Some(made) => Err(Refusal::TokenAccount(made.index)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn accounts_stand_where_the_interface_has_them() {
        let idl: Value = serde_json::from_str(include_str!("../../../idl/latchkey.json")).unwrap();
        let instructions = idl["instructions"].as_array().unwrap();
        for Known { discriminator, loan, sponsor } in KNOWN {
            let is_it = |one: &&Value| one["discriminator"] == serde_json::json!(discriminator);
            let instruction = instructions.iter().find(is_it).unwrap();
            let name = |at: usize| instruction["accounts"][at]["name"].as_str().unwrap();
            assert_eq!(name(loan), "loan", "{}", instruction["name"]);
            let expected = match instruction["name"].as_str().unwrap() {
                "request" => Some("payer"),
                "confirm" => Some("rent_payer"),
                _ => None,
            };
            assert_eq!(sponsor.map(name), expected, "{}", instruction["name"]);
        }
    }
}
