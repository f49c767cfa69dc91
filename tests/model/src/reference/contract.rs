use latchkey::state::{Escrow, Invocation, Ledger, Loan, LoanStatus};

use crate::arithmetic::{Books, Phase, Plan};

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
}

/// An invocation and its lamports.
#[derive(Clone)]
pub struct Open {
    pub account: Invocation,
    /// Lamports that were sent there before it was created, beyond its rent.
    pub stray: u64,
}

impl Contract {
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

    /// Whether something is owed.
    pub fn is_owing(&self) -> bool {
        self.books.phase != Phase::Ended
    }

    /// What a proven unlock pays, lamports.
    pub fn reserve(&self) -> u64 {
        self.loan.unlock_fee
    }
}
