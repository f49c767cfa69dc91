//! Decoding the program's accounts.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, Discriminator};
use latchkey::state::{Escrow, Function, Invocation, Lender, Loan, LoanStub, Vehicle};

/// Any account of the program.
#[derive(Clone)]
pub enum ProgramAccount {
    /// A lender.
    Lender(Box<Lender>),
    /// A lender's function.
    Function(Box<Function>),
    /// A car.
    Vehicle(Box<Vehicle>),
    /// A loan.
    Loan(Box<Loan>),
    /// What is left of a closed loan.
    LoanStub(Box<LoanStub>),
    /// A loan's escrow.
    Escrow(Box<Escrow>),
    /// A function call.
    Invocation(Box<Invocation>),
}

/// Why bytes are not the account they were taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Too short to say what it is.
    #[error("the account has {0} bytes: too short for a Latchkey account")]
    TooShort(usize),
    /// Unknown discriminator.
    #[error(
        "the account's discriminator {0:?} is not one of Latchkey's: check that it is an account of this program"
    )]
    UnknownKind([u8; 8]),
    /// The discriminator is right, the rest is not.
    #[error(
        "the account is a {kind} by its discriminator but does not decode: was it written by another version?"
    )]
    Malformed {
        /// What the discriminator says.
        kind: &'static str,
    },
}

impl ProgramAccount {
    /// Decodes an account by its discriminator.
    pub fn decode(data: &[u8]) -> Result<Self, AccountError> {
        let kind: [u8; 8] = data
            .get(..8)
            .and_then(|start| start.try_into().ok())
            .ok_or(AccountError::TooShort(data.len()))?;
        match &kind[..] {
            Lender::DISCRIMINATOR => decode("lender", data).map(Self::Lender),
            Function::DISCRIMINATOR => decode("function", data).map(Self::Function),
            Vehicle::DISCRIMINATOR => decode("vehicle", data).map(Self::Vehicle),
            Loan::DISCRIMINATOR => decode("loan", data).map(Self::Loan),
            LoanStub::DISCRIMINATOR => decode("loan stub", data).map(Self::LoanStub),
            Escrow::DISCRIMINATOR => decode("escrow", data).map(Self::Escrow),
            Invocation::DISCRIMINATOR => decode("invocation", data).map(Self::Invocation),
            _ => Err(AccountError::UnknownKind(kind)),
        }
    }
}

fn decode<T: AccountDeserialize>(kind: &'static str, mut data: &[u8]) -> Result<Box<T>, AccountError> {
    T::try_deserialize(&mut data).map(Box::new).map_err(|_| AccountError::Malformed { kind })
}

/// Decodes an account of a known kind.
pub fn decode_as<T: AccountDeserialize>(kind: &'static str, data: &[u8]) -> Result<T, AccountError> {
    decode(kind, data).map(|account| *account)
}

/// What a token account holds, base units, and who owns it. Works for both token programs.
pub fn decode_token_account(data: &[u8]) -> Result<TokenBalance, AccountError> {
    // Layout of the SPL Token account: mint, owner, amount; Token-2022 keeps it and appends extensions.
    let field = |at: usize| data.get(at..at + 32).and_then(|bytes| bytes.try_into().ok());
    let amount = data.get(64..72).and_then(|bytes| bytes.try_into().ok());
    match (field(0), field(32), amount) {
        (Some(mint), Some(owner), Some(amount)) if data.len() >= 165 => Ok(TokenBalance {
            mint: Pubkey::new_from_array(mint),
            owner: Pubkey::new_from_array(owner),
            amount: u64::from_le_bytes(amount),
        }),
        _ => Err(AccountError::Malformed { kind: "token account" }),
    }
}

/// What a token account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBalance {
    /// Of which mint.
    pub mint: Pubkey,
    /// Who may spend it.
    pub owner: Pubkey,
    /// How much, base units.
    pub amount: u64,
}
