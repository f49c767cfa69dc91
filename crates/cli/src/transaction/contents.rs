//! What a transaction that somebody else made would do, shown before it is signed.

use anchor_lang::Discriminator as _;
use anchor_spl::associated_token::ID as ASSOCIATED_TOKEN_PROGRAM;
use borsh::BorshDeserialize as _;
use latchkey_client::latchkey::instruction::{Amend, Originate};
use latchkey_client::latchkey::instructions::AmendArgs;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::{PROGRAM_ID, Pubkey};
use serde_json::{Map, Value};
use solana_sdk::pubkey;
use solana_sdk::transaction::Transaction;

use super::idl::{InstructionLayout, NamedAccounts};
use crate::units::money;

const COMPUTE_BUDGET_PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
const ED25519_PROGRAM: Pubkey = pubkey!("Ed25519SigVerify111111111111111111111111111");

/// Data of the associated token program's `CreateIdempotent`, which only creates a token account.
const CREATE_IDEMPOTENT: [u8; 1] = [1];

/// A transaction that this tool does not make.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignContents {
    #[error("instruction {number} calls {program}, which Latchkey's transactions never call: do not sign it")]
    Program {
        /// Position in the transaction, from 1.
        number: usize,
        program: Pubkey,
    },
    #[error("this version of latchkey does not know instruction {number}: update it, or do not sign")]
    Instruction {
        /// Position in the transaction, from 1.
        number: usize,
    },
}

/// What a transaction does, by the names of the program's IDL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The program's instructions. Those of other programs are left out.
    pub calls: Vec<Call>,
    /// What `originate` would write, if the transaction calls it.
    pub loan: Option<NewLoan>,
    /// What `amend` would change, if the transaction calls it.
    pub amendment: Option<Amendment>,
}

/// One instruction of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The instruction's name in the IDL.
    pub name: &'static str,
    pub accounts: NamedAccounts,
    /// The arguments, by name. Times are dates, amounts are base units.
    pub arguments: Map<String, Value>,
}

/// A loan that `originate` would write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLoan {
    pub terms: Terms,
    /// First deposit into the loan's escrow, lamports.
    pub escrow_lamports: u64,
    pub borrower: Pubkey,
    pub lender: Pubkey,
    pub vehicle: Pubkey,
    pub mint: Pubkey,
    /// The token account that receives the principal.
    pub seller: Pubkey,
}

impl Contents {
    /// Reads a transaction. Fails on anything that this tool does not put into a transaction, so that a signature only
    /// covers what was shown.
    pub fn of(transaction: &Transaction) -> Result<Self, ForeignContents> {
        let keys = &transaction.message.account_keys;
        let key = |index: u8| keys.get(usize::from(index)).copied().unwrap_or_default();
        let mut contents = Self::default();
        for (index, instruction) in transaction.message.instructions.iter().enumerate() {
            let number = index + 1;
            let program = key(instruction.program_id_index);
            if program != PROGRAM_ID {
                match program {
                    COMPUTE_BUDGET_PROGRAM | ED25519_PROGRAM => continue,
                    ASSOCIATED_TOKEN_PROGRAM if instruction.data == CREATE_IDEMPOTENT => continue,
                    _ => return Err(ForeignContents::Program { number, program }),
                }
            }
            let unknown = ForeignContents::Instruction { number };
            let (layout, arguments) = InstructionLayout::of(&instruction.data).ok_or(unknown.clone())?;
            let accounts = layout.named(instruction.accounts.iter().map(|index| key(*index)).collect());
            if instruction.data.starts_with(Originate::DISCRIMINATOR) {
                contents.loan = Some(NewLoan::read(arguments, &accounts).ok_or(unknown.clone())?);
            }
            if instruction.data.starts_with(Amend::DISCRIMINATOR) {
                contents.amendment = Some(Amendment::read(arguments, &accounts).ok_or(unknown.clone())?);
            }
            let arguments = layout.arguments(arguments).ok_or(unknown)?;
            contents.calls.push(Call { name: &layout.name, accounts, arguments });
        }
        Ok(contents)
    }
}

/// New terms that `amend` would write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amendment {
    pub loan: Pubkey,
    pub terms: Terms,
    /// Principal to forgive, base units.
    pub forgive_principal: u64,
    /// Whether the borrower signs too, so that the schedule begins again.
    pub by_both: bool,
}

impl Amendment {
    /// Reads the arguments and accounts of `amend`.
    fn read(mut arguments: &[u8], accounts: &NamedAccounts) -> Option<Self> {
        let Amend { args } = Amend::deserialize(&mut arguments).ok()?;
        let AmendArgs { terms, forgive_principal, .. } = args;
        // Anchor writes the program's own address where an optional account is left out.
        let by_both = accounts.get("borrower")? != PROGRAM_ID;
        Some(Self { loan: accounts.get("loan")?, terms, forgive_principal, by_both })
    }
}

impl NewLoan {
    /// Everything but the terms, for people.
    pub fn parties(&self) -> [(&'static str, String); 6] {
        [
            ("borrower", self.borrower.to_string()),
            ("lender", self.lender.to_string()),
            ("vehicle", self.vehicle.to_string()),
            ("paid in", self.mint.to_string()),
            ("principal goes to", self.seller.to_string()),
            ("escrow starts with", format!("{} SOL", money::show_sol(self.escrow_lamports))),
        ]
    }

    /// Reads the arguments and accounts of `originate`.
    fn read(mut arguments: &[u8], accounts: &NamedAccounts) -> Option<Self> {
        let Originate { terms, escrow_lamports } = Originate::deserialize(&mut arguments).ok()?;
        Some(Self {
            terms,
            escrow_lamports,
            borrower: accounts.get("borrower")?,
            lender: accounts.get("lender")?,
            vehicle: accounts.get("vehicle")?,
            mint: accounts.get("mint")?,
            seller: accounts.get("seller")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use latchkey_client::instructions::{self, Agreed, LoanKeys, Originate};
    use latchkey_client::latchkey::instructions::SettlementReason;
    use latchkey_client::{AccountMeta, Instruction, pda};
    use serde_json::json;
    use solana_sdk::message::Message;

    use super::*;
    use crate::terms::TermsFile;

    fn keys() -> LoanKeys {
        let vehicle = Pubkey::new_unique();
        let loan = pda::loan(&vehicle, 0);
        LoanKeys {
            lender: Pubkey::new_unique(),
            vehicle,
            loan,
            escrow: pda::escrow(&loan),
            wallet: Pubkey::new_unique(),
            mint: Pubkey::new_unique(),
            treasury: Pubkey::new_unique(),
            token_program: Pubkey::new_unique(),
        }
    }

    fn transaction(instructions: &[Instruction]) -> Transaction {
        Transaction::new_unsigned(Message::new(instructions, Some(&Pubkey::new_unique())))
    }

    #[test]
    fn a_loan_is_told_as_it_would_be_written() {
        let terms = TermsFile::parse(
            "principal = \"10000\"\napr = \"18%\"\ncount = 3\nfirst_due = \"+30d\"\nperiod = \"30d\"\n\
             grace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\nemergency = \"24h\"\n\
             emergency_max = 1",
        );
        let terms = terms.unwrap().terms(6, 1_800_014_400).unwrap();
        let keys = keys();
        let [payer, lender_signer, borrower, seller] = std::array::from_fn(|_| Pubkey::new_unique());
        let who = Originate { payer, lender_signer, borrower, seller };
        let contents =
            Contents::of(&transaction(&[instructions::originate(&keys, &who, terms, 6_000_000)])).unwrap();
        assert_eq!(contents.calls[0].name, "originate");
        assert_eq!(contents.calls[0].accounts.iter().nth(2), Some(("borrower", borrower)));
        let loan = NewLoan {
            terms,
            escrow_lamports: 6_000_000,
            borrower,
            lender: keys.lender,
            vehicle: keys.vehicle,
            mint: keys.mint,
            seller,
        };
        assert_eq!(contents.loan, Some(loan));
    }

    #[test]
    fn the_arguments_have_their_names_and_times_are_dates() {
        let keys = keys();
        let [lender, borrower, new_key] = std::array::from_fn(|_| Pubkey::new_unique());
        let agreed = Agreed { revision: 3, deadline: 1_800_014_400 };
        let calls = [
            instructions::extend(&keys, lender, borrower, agreed),
            instructions::propose_recovery(&keys, lender, new_key),
            instructions::settle(&keys, lender, SettlementReason::TotalLoss),
            instructions::nominate_authority(lender, borrower, None),
        ];
        let told = Contents::of(&transaction(&calls)).unwrap();
        let arguments: Vec<Value> =
            told.calls.iter().map(|call| Value::Object(call.arguments.clone())).collect();
        assert_eq!(
            arguments,
            [
                json!({ "revision": 3, "deadline": "2027-01-15T12:00:00Z" }),
                json!({ "new_key": new_key.to_string() }),
                json!({ "reason": "TotalLoss" }),
                json!({ "nominee": null }),
            ]
        );
    }

    #[test]
    fn an_amendment_is_told_with_its_terms() {
        let terms = latchkey_client::latchkey::fixtures::terms();
        let args = AmendArgs { revision: 7, deadline: 9, terms, forgive_principal: 5, forgive_interest: 0 };
        let keys = keys();
        let amend = instructions::amend(&keys, Pubkey::new_unique(), None, args);
        let told = Contents::of(&transaction(&[amend])).unwrap();
        let expected = Amendment { loan: keys.loan, terms, forgive_principal: 5, by_both: false };
        assert_eq!(told.amendment, Some(expected));
        let both = instructions::amend(&keys, Pubkey::new_unique(), Some(Pubkey::new_unique()), args);
        assert_eq!(
            Contents::of(&transaction(&[both])).unwrap().amendment,
            Some(Amendment { by_both: true, ..expected })
        );
        let args = &told.calls[0].arguments["args"];
        assert_eq!((&args["revision"], &args["forgive_principal"]), (&json!(7), &json!(5)));
        assert_eq!(args["terms"]["calendar"]["unit"], "Seconds");
    }

    #[test]
    fn what_is_not_understood_is_not_signed() {
        let program = Pubkey::new_unique();
        let foreign = Instruction { program_id: program, accounts: Vec::new(), data: Vec::new() };
        let collect = instructions::collect(&keys());
        assert_eq!(
            Contents::of(&transaction(&[collect, foreign])),
            Err(ForeignContents::Program { number: 2, program })
        );
        let newer = Instruction { program_id: PROGRAM_ID, accounts: Vec::new(), data: vec![1; 8] };
        assert_eq!(Contents::of(&transaction(&[newer])), Err(ForeignContents::Instruction { number: 1 }));
    }

    #[test]
    fn every_instruction_of_the_program_has_its_name() {
        let idl: Value = serde_json::from_str(include_str!("../../../../idl/latchkey.json")).unwrap();
        let listed = idl["instructions"].as_array().unwrap();
        assert!(listed.iter().any(|instruction| instruction["name"] == "originate"));
        for instruction in listed {
            let data: Vec<u8> = serde_json::from_value(instruction["discriminator"].clone()).unwrap();
            let names: Vec<&str> = instruction["accounts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|account| account["name"].as_str().unwrap())
                .collect();
            let accounts = names.iter().map(|_| AccountMeta::new(Pubkey::new_unique(), false)).collect();
            let called = Instruction { program_id: PROGRAM_ID, accounts, data };
            let contents = Contents::of(&transaction(std::slice::from_ref(&called)));
            if !instruction["args"].as_array().unwrap().is_empty() {
                // Its arguments are missing.
                assert_eq!(contents, Err(ForeignContents::Instruction { number: 1 }));
                let (layout, _) = InstructionLayout::of(&called.data).unwrap();
                assert_eq!(layout.name, instruction["name"]);
                continue;
            }
            let call = &contents.unwrap().calls[0];
            assert_eq!(call.name, instruction["name"]);
            let expected: Vec<_> =
                names.into_iter().zip(called.accounts.iter().map(|account| account.pubkey)).collect();
            assert_eq!(call.accounts.iter().collect::<Vec<_>>(), expected, "{}", call.name);
        }
    }
}
