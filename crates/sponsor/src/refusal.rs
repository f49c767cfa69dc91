//! Why a transaction is not signed. Each message names the rule.

use solana_sdk::pubkey::Pubkey;

use crate::node::NodeError;

/// A rule that refuses a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "the transaction is not one legacy transaction in base64: lookup tables and other versions are not signed"
    )]
    Unreadable,
    #[error("the fee payer is not this sponsor: name {0} as the first account")]
    FeePayer(Pubkey),
    #[error("{0} must sign too: this sponsor signs for a loan's borrower alone")]
    Signer(Pubkey),
    #[error("the borrower is no signer: this sponsor signs for a loan's borrower alone")]
    NoSigner,
    #[error("{0} has not signed: have the wallet sign before the sponsor")]
    Unsigned(Pubkey),
    #[error("instruction {index} calls {program}, which this sponsor does not pay for")]
    Program { index: usize, program: Pubkey },
    #[error("instruction {0} is none of a borrower's: this sponsor pays for no other")]
    Instruction(usize),
    #[error("instruction {0} names the sponsor where it may not stand")]
    Named(usize),
    #[error("a transaction names one loan, and this one names {0}")]
    Loans(usize),
    #[error("{0} is not an open loan of Latchkey")]
    NotALoan(Pubkey),
    #[error("this sponsor does not pay for loans of the lender {0}")]
    Lender(Pubkey),
    #[error("{0} is not the borrower of this loan: a sponsor pays for the borrower alone")]
    NotBorrower(Pubkey),
    #[error("instruction {0} pays another account than the wallet of the car")]
    Destination(usize),
    #[error("this sponsor pays no deposit of a token account")]
    TokenAccounts,
    #[error("instruction {0} makes another account than the borrower's own for this loan's money")]
    TokenAccount(usize),
    #[error("a compute limit of {asked} units is asked for, and {longest} is the most")]
    Compute { asked: u32, longest: u32 },
    #[error("a priority of {asked} micro-lamports is asked for, and {highest} is the most")]
    Priority { asked: u64, highest: u64 },
    #[error("a priority is asked for without a compute limit: name both")]
    Unlimited,
    #[error("the same setting of compute is made twice")]
    Twice,
    #[error("the network would refuse it: {0}")]
    WouldFail(String),
    #[error("the node did not say what it would take from the sponsor")]
    Untold,
    #[error("it would take {taken} lamports from the sponsor, and {most} is the most")]
    Takes { taken: u64, most: u64 },
    #[error(
        "the sponsor has paid for this loan {0} times in an hour: try again later, or pay the fee yourself"
    )]
    LoanHour(u32),
    #[error(
        "the sponsor has paid for this loan {0} times in a day: try again tomorrow, or pay the fee yourself"
    )]
    LoanDay(u32),
    #[error("the sponsor has paid all that it pays in an hour: try again later, or pay the fee yourself")]
    Hour,
    #[error("the sponsor has paid all that it pays in a day: try again tomorrow, or pay the fee yourself")]
    Day,
    #[error("too many payments of this loan wait for their signature: try again in two minutes")]
    OpenOfLoan,
    #[error("too many payments wait for their signature: try again in two minutes")]
    Open,
    #[error("nothing is owed on this loan")]
    NothingOwed,
    #[error("the amount is not above 0")]
    NoAmount,
    #[error("the loan was left for so long that the contract must collect first")]
    TooManyMoments,
}

impl Refusal {
    /// The rule's name, for programs.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::FeePayer(_) => "fee_payer",
            Self::Signer(_) | Self::NoSigner => "signers",
            Self::Unsigned(_) => "unsigned",
            Self::Program { .. } => "program",
            Self::Instruction(_) => "instruction",
            Self::Named(_) => "sponsor_named",
            Self::Loans(_) => "one_loan",
            Self::NotALoan(_) => "not_a_loan",
            Self::Lender(_) => "lender",
            Self::NotBorrower(_) => "not_borrower",
            Self::Destination(_) => "destination",
            Self::TokenAccounts | Self::TokenAccount(_) => "token_account",
            Self::Compute { .. } | Self::Priority { .. } | Self::Unlimited | Self::Twice => "compute",
            Self::WouldFail(_) => "would_fail",
            Self::Untold => "untold",
            Self::Takes { .. } => "takes",
            Self::LoanHour(_) => "loan_hour",
            Self::LoanDay(_) => "loan_day",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::OpenOfLoan | Self::Open => "open",
            Self::NothingOwed => "nothing_owed",
            Self::NoAmount => "amount",
            Self::TooManyMoments => "collect_first",
        }
    }

    /// Whether the same may be signed later.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::LoanHour(_) | Self::LoanDay(_) | Self::Hour | Self::Day | Self::OpenOfLoan | Self::Open
        )
    }
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SponsorError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the chain cannot be read now: try again")]
    Node(#[from] NodeError),
}
