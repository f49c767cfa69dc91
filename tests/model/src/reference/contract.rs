use latchkey::state::{Escrow, Invocation, Ledger, Loan, LoanStatus};

use super::Fault;
use crate::arithmetic::{Books, Habits, Phase, Plan};

/// A loan, and what lies around it.
#[derive(Clone)]
pub struct Contract {
    /// The account. Its ledger is in the books.
    pub loan: Loan,
    /// The money, in the wallet too.
    pub books: Books,
    /// What was signed about money.
    pub signed: Plan,
    /// The escrow's account.
    pub escrow: Escrow,
    /// What the escrow holds above its rent, lamports.
    pub available: u64,
    /// How much of it came by plain transfer, which the program does not see.
    pub gifts: u64,
    /// What is wrong with the reference.
    pub fault: Option<Fault>,
}

/// An invocation and its lamports.
#[derive(Clone)]
pub struct Open {
    pub account: Invocation,
    /// Lamports that were sent there before it was created, beyond its rent.
    pub stray: u64,
}

impl Contract {
    /// What `fault` makes of the books.
    pub fn habits(fault: Option<Fault>) -> Habits {
        match fault {
            Some(Fault::FeesFirst) => Habits::FEES_FIRST,
            Some(Fault::FeesFromSurplus) => Habits::FEES_FROM_SURPLUS,
            Some(Fault::MoneyCountsFromNow) => Habits::MONEY_FROM_NOW,
            Some(Fault::DecidedDatesCountAgain) => Habits::DECIDED_AGAIN,
            _ => Habits::CONTRACT,
        }
    }

    /// The ledger that the program should keep.
    pub fn ledger(&self) -> Ledger {
        let books = &self.books;
        let whole = |amount: i128| u64::try_from(amount).expect("terms are moderate");
        Ledger {
            principal: whole(books.principal()),
            interest: whole(books.interest(books.looked_at)),
            // What is forgiven is forgiven to the fraction of a unit.
            interest_remainder: if self.loan.status == LoanStatus::Settled {
                0
            } else {
                whole(books.interest_exact(books.looked_at).rest())
            },
            as_of: books.looked_at,
            fees: whole(books.fees),
            paid_scheduled: whole(books.on_schedule),
            unsent: whole(books.unsent),
            late_decided: books.decided,
            principal_paid: whole(books.principal_paid),
            interest_paid: whole(books.interest_paid),
            fees_paid: whole(books.fees_paid),
            withdrawn: whole(books.withdrawn),
        }
    }

    /// The account that the program should keep.
    pub fn account(&self) -> Loan {
        Loan { ledger: self.ledger(), ..self.loan.clone() }
    }

    /// The status, and what the books take from it.
    pub fn becomes(&mut self, status: LoanStatus) {
        self.loan.status = status;
        self.books.phase = match status {
            LoanStatus::Active | LoanStatus::Defaulted => Phase::Running,
            LoanStatus::ChargedOff => Phase::ChargedOff,
            LoanStatus::PaidOff | LoanStatus::Settled => Phase::Ended,
        };
    }

    /// Whether the reference makes a mistake.
    pub fn errs(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The contract as it was with nothing in the wallet that is the borrower's.
    #[must_use]
    pub fn blind(&self) -> Self {
        let mut blind = self.clone();
        blind.books.wallet = blind.books.unsent;
        blind
    }

    /// Whether something is owed.
    pub fn is_owing(&self) -> bool {
        self.books.phase != Phase::Ended
    }

    /// What a proven unlock pays, lamports.
    pub fn reserve(&self) -> u64 {
        self.loan.unlock_fee
    }
}
