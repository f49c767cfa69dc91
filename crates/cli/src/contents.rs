//! What a transaction that somebody else made would do, told before it is signed.

use anchor_lang::{AnchorDeserialize, Discriminator as _};
use anchor_spl::associated_token::ID as ASSOCIATED_TOKEN_PROGRAM;
use latchkey_client::latchkey::instruction as on_chain;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::{PROGRAM_ID, Pubkey};
use serde::Deserialize;
use solana_sdk::pubkey;
use solana_sdk::transaction::Transaction;

const COMPUTE_BUDGET_PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
const ED25519_PROGRAM: Pubkey = pubkey!("Ed25519SigVerify111111111111111111111111111");

/// The instruction that makes somebody's token account, and can do nothing else.
const CREATE_IDEMPOTENT: u8 = 1;

/// A transaction this tool would not have made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignContents {
    /// Another program.
    #[error("instruction {number} calls {program}, which Latchkey's own transactions do not: do not sign it")]
    Program {
        /// Which, from 1.
        number: usize,
        /// What it calls.
        program: Pubkey,
    },
    /// An instruction of the program that this version does not know.
    #[error("instruction {number} is none this version of latchkey knows: update it, or do not sign")]
    Instruction {
        /// Which, from 1.
        number: usize,
    },
}

/// What a transaction does, in the program's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The program's instructions, by name, each with its accounts.
    pub calls: Vec<Call>,
    /// What `originate` would have both parties sign.
    pub loan: Option<NewLoan>,
}

/// One instruction of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub name: &'static str,
    /// Its accounts by the names the interface gives them, in order.
    pub accounts: Vec<(String, Pubkey)>,
    /// Its arguments: an address where they are one, hex else, or empty.
    pub arguments: String,
}

/// A loan that would be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLoan {
    /// Its terms.
    pub terms: Terms,
    /// What starts its escrow, lamports.
    pub escrow_lamports: u64,
    /// Who owes.
    pub borrower: Pubkey,
    /// Who lends.
    pub lender: Pubkey,
    /// The car.
    pub vehicle: Pubkey,
    /// What it is paid in.
    pub mint: Pubkey,
    /// Where the principal goes.
    pub seller: Pubkey,
}

macro_rules! names {
    ($($kind:ident => $name:literal),+ $(,)?) => {
        fn name_of(data: &[u8]) -> Option<&'static str> {
            let kind = data.get(..8)?;
            $(if kind == on_chain::$kind::DISCRIMINATOR { return Some($name); })+
            None
        }

        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),+];
    };
}

names! {
    InitLender => "init_lender", SetPolicy => "set_policy", NominateAuthority => "nominate_authority",
    AcceptAuthority => "accept_authority", SetServicer => "set_servicer", SetKeepers => "set_keepers",
    SetFunction => "set_function", Pause => "pause", Unpause => "unpause",
    RegisterVehicle => "register_vehicle", RotateDeviceKey => "rotate_device_key",
    RetireVehicle => "retire_vehicle", Originate => "originate", FundEscrow => "fund_escrow",
    WithdrawEscrow => "withdraw_escrow", Collect => "collect", Prepay => "prepay", PayOff => "pay_off",
    WithdrawSurplus => "withdraw_surplus", DeclareDefault => "declare_default",
    ServeNotice => "serve_notice", PlaceHold => "place_hold", LiftHold => "lift_hold", Extend => "extend",
    WaiveFees => "waive_fees", EmergencyStart => "emergency_start", ChargeOff => "charge_off",
    Request => "request", Claim => "claim", Confirm => "confirm", YieldClaim => "yield_claim",
    Expire => "expire", CloseLoan => "close_loan",
}

impl Contents {
    /// Reads a transaction. Fails on whatever this tool does not put into the transactions it hands on: a signature is
    /// for what is understood.
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
                    ASSOCIATED_TOKEN_PROGRAM if instruction.data == [CREATE_IDEMPOTENT] => continue,
                    _ => return Err(ForeignContents::Program { number, program }),
                }
            }
            let unknown = ForeignContents::Instruction { number };
            let accounts: Vec<Pubkey> = instruction.accounts.iter().map(|index| key(*index)).collect();
            let name = name_of(&instruction.data).ok_or_else(|| unknown.clone())?;
            let data = &instruction.data[8..];
            if name == "originate" {
                contents.loan = Some(new_loan(data, &accounts).ok_or(unknown)?);
            }
            let names = account_names(name).into_iter().chain(std::iter::repeat(String::new()));
            let accounts = names.zip(accounts).collect();
            let arguments = match <[u8; 32]>::try_from(data) {
                Ok(address) => Pubkey::new_from_array(address).to_string(),
                Err(_) => hex::encode(data),
            };
            contents.calls.push(Call { name, accounts, arguments });
        }
        Ok(contents)
    }
}

/// The program's interface.
const IDL: &str = include_str!("../../../idl/latchkey.json");

#[derive(Deserialize)]
struct Interface {
    instructions: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default)]
    accounts: Vec<Named>,
}

/// The names of an instruction's accounts, in order.
fn account_names(instruction: &str) -> Vec<String> {
    let interface: Option<Interface> = serde_json::from_str(IDL).ok();
    let found = interface
        .and_then(|interface| interface.instructions.into_iter().find(|named| named.name == instruction));
    found.map_or_else(Vec::new, |named| named.accounts.into_iter().map(|account| account.name).collect())
}

/// What an `originate` would write, by its data and accounts, whose order is the program's.
fn new_loan(mut data: &[u8], accounts: &[Pubkey]) -> Option<NewLoan> {
    let terms: Terms = AnchorDeserialize::deserialize(&mut data).ok()?;
    let escrow_lamports = AnchorDeserialize::deserialize(&mut data).ok()?;
    let &[_, _, borrower, lender, vehicle, _, _, _, mint, _, seller, ..] = accounts else { return None };
    Some(NewLoan { terms, escrow_lamports, borrower, lender, vehicle, mint, seller })
}

#[cfg(test)]
mod tests {
    use latchkey_client::instructions::{self, LoanKeys, Originate};
    use latchkey_client::{Instruction, pda};
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
        assert_eq!(contents.calls[0].accounts[2], ("borrower".to_owned(), borrower));
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
        let interface: Interface = serde_json::from_str(IDL).unwrap();
        let mut listed: Vec<&str> = interface.instructions.iter().map(|named| named.name.as_str()).collect();
        let mut named = NAMES.to_vec();
        listed.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, listed);
        let accounts = account_names("originate");
        // The places that are read by position.
        let read = [2, 3, 4, 8, 10].map(|at| accounts[at].as_str());
        assert_eq!(read, ["borrower", "lender", "vehicle", "mint", "seller"]);
    }
}
