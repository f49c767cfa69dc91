use std::io;

use latchkey_client::Pubkey;
use serde::{Serialize, Serializer};

use super::books::Books;

fn text<S: Serializer>(value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

/// Something that happened in a loan's life, read from the chain and the car. Token amounts are base units of a mint
/// with six decimals, times are Unix seconds of the chain's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Milestone {
    /// The program is on the ledger.
    Deployed {
        /// Its address.
        #[serde(serialize_with = "text")]
        program: Pubkey,
        /// Its size, bytes.
        bytes: usize,
        /// SHA-256 of its bytes on the ledger, hex.
        sha256: String,
        /// The time.
        at: i64,
    },
    /// A car proved its key to a lender.
    Registered {
        #[serde(serialize_with = "text")]
        vehicle: Pubkey,
        /// The device's key.
        #[serde(serialize_with = "text")]
        device_key: Pubkey,
        #[serde(serialize_with = "text")]
        lender: Pubkey,
    },
    /// Lender and borrower signed.
    Originated {
        #[serde(serialize_with = "text")]
        loan: Pubkey,
        /// Lent.
        principal: u64,
        /// Rate a year, parts per million.
        apr_ppm: u32,
        /// Each payment.
        instalment: u64,
        /// How many.
        count: u16,
        /// The first is due then.
        first_due: i64,
        /// Lamports in the escrow.
        escrow_lamports: u64,
        transaction: String,
    },
    /// Lamports were set aside for function calls.
    EscrowFunded {
        /// Put in.
        lamports: u64,
        /// Available now.
        available_lamports: u64,
        transaction: String,
    },
    /// The keeper collected instalments on their due dates.
    Collected {
        payments: Vec<Payment>,
        /// Principal left.
        principal: u64,
    },
    /// An instalment is past due and the wallet cannot pay it.
    Lapsed {
        /// Past due.
        past_due: u64,
        /// In the car wallet.
        wallet: u64,
        /// When the oldest unpaid instalment was due.
        due: i64,
        /// The time.
        at: i64,
    },
    /// The car warned its driver and proved it.
    Warned {
        /// The message that the driver saw.
        message: Option<String>,
        /// The proof, and what it paid.
        #[serde(flatten)]
        settlement: Settlement,
    },
    /// The contract said that the loan is in default.
    Defaulted {
        /// Past due.
        past_due: u64,
        /// When.
        at: i64,
        transaction: String,
    },
    /// The car locked itself and proved it.
    Locked {
        /// Whether its driver can start it now.
        starts: bool,
        /// When it unlocks itself at the latest.
        until: i64,
        /// The proof, and what it paid.
        #[serde(flatten)]
        settlement: Settlement,
    },
    /// The borrower put money into the car wallet.
    ToppedUp {
        /// How much.
        amount: u64,
        /// In the wallet then.
        wallet: u64,
        transaction: String,
    },
    /// Nothing is past due any more.
    Cured {
        /// What was taken from the wallet.
        paid: u64,
        transaction: String,
    },
    /// The car unlocked itself and proved it.
    Unlocked {
        /// Whether its driver can start it now.
        starts: bool,
        /// The proof, and what it paid.
        #[serde(flatten)]
        settlement: Settlement,
    },
    /// More instalments were collected on their due dates.
    BackOnSchedule {
        payments: Vec<Payment>,
        /// Principal left.
        principal: u64,
    },
    /// The borrower paid all that was owed.
    PaidOff {
        /// The last payment.
        #[serde(flatten)]
        payment: Payment,
    },
    /// No command key may warn or lock the car any more.
    Released,
    /// The loan's accounts are gone.
    Closed {
        /// Back to the lender from the escrow, lamports.
        escrow_returned_lamports: u64,
        /// Back to the borrower from the wallet.
        wallet_returned: u64,
        transaction: String,
    },
    /// The end: whether the books balance and the car behaved.
    Done {
        /// Everything below holds.
        ok: bool,
        /// Lamports by the contract's events.
        #[serde(flatten)]
        books: Books,
        /// What the keeper's balance gained, its transaction fees added back, lamports.
        keeper_earned_lamports: i64,
        /// What its transactions cost the keeper, lamports.
        keeper_transaction_fees_lamports: u64,
        /// What is wrong, if anything.
        wrong: Vec<String>,
    },
}

/// Receives a story as it happens. An error ends the story.
pub trait Observer: Send {
    /// Something happened; `at` is the chain's time when it was seen.
    fn milestone(&mut self, at: i64, milestone: &Milestone) -> io::Result<()>;
    /// Something will happen; by the chain's clock not before `until`, if that is known.
    fn waiting(&mut self, what: &str, now: i64, until: Option<i64>) -> io::Result<()>;
}

/// A call that a receipt of the car has settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settlement {
    /// The car's signature on its receipt.
    pub signature: String,
    /// Paid to the keeper for it, lamports.
    pub fee_lamports: u64,
    #[serde(serialize_with = "text")]
    pub keeper: Pubkey,
    /// The call's sequence number.
    pub seq: u64,
    /// The car's clock when it signed.
    pub device_time: i64,
    /// The transaction that settled it.
    pub transaction: String,
}

/// A payment from the car wallet to the lender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// To principal.
    pub to_principal: u64,
    /// To interest.
    pub to_interest: u64,
    /// To fees.
    pub to_fees: u64,
    pub transaction: String,
}
