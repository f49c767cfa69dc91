//! One loan, kept twice: by the program's rules and by the exact books.

use latchkey::errors::LatchkeyError;
use latchkey::rules::interest::{DENOMINATOR, accrue};
use latchkey::rules::ledger::{Payment, Position, Wallet};
use latchkey::rules::{Ruled, ledger, schedule, servicing};
use latchkey::state::{Ledger, Loan, LoanParties, LoanStatus, Overpayment, Period, Terms, Waterfall};
use latchkey_tests_model::arithmetic::{self, Books, Paid, Refused};
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;

/// A day in seconds.
pub const DAY: i64 = 86_400;
/// 31 January 2027, 09:30 UTC: the month after has no such day.
pub const START: i64 = 1_801_387_800;

/// A loan as the program keeps it.
pub fn program_loan(terms: Terms, now: i64) -> Loan {
    Loan::new(0, LoanParties::default(), 0, terms, now)
}

/// What every term is if a test does not care.
pub fn plain() -> Terms {
    Terms {
        principal: 10_000_000_000,
        apr_bps: 1_800,
        instalment: 500_000_000,
        count: 24,
        first_due: START + 30 * DAY,
        period: Period::Months(1),
        grace_secs: 0,
        notice_secs: 0,
        late_fee: 15_000_000,
        late_after_secs: 10 * 86_400,
        emergency_secs: 86_400,
        emergency_max: 1,
        lock_ttl_secs: 30 * 86_400,
        max_extensions: 3,
        deferred: 0,
        waterfall: Waterfall::InterestPrincipalFees,
        overpayment: Overpayment::ReducePrincipal,
    }
}

/// Terms of every shape, from odd cents to whole fleets, that no sum overflows.
pub fn any_terms() -> impl Strategy<Value = Terms> {
    let period = prop_oneof![
        (1_u32..4).prop_map(Period::Seconds),
        (3_600_u32..40 * 86_400).prop_map(Period::Seconds),
        (1_u8..=12).prop_map(Period::Months),
    ];
    let principal = prop_oneof![1_u64..100, 1_000_u64..100_000, 1_000_000_u64..100_000_000_000_000];
    let apr = prop_oneof![Just(0_u16), 1_u16..4_000, Just(u16::MAX)];
    let ways = (
        prop::sample::select(vec![Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal]),
        prop::sample::select(vec![Overpayment::ReducePrincipal, Overpayment::PayAhead]),
    );
    let late = (prop_oneof![Just(0_u64), 1_u64..100_000_000], 0_u32..40 * 86_400);
    // The instalment as a share of the principal in hundredths of an even one: from far too small to all at once.
    let shape = (1_u16..72, 20_u64..300);
    (principal, apr, period, ways, late, shape, 1_i64..60 * DAY).prop_map(
        |(principal, apr_bps, period, (waterfall, overpayment), late, (count, share), first)| Terms {
            principal,
            apr_bps,
            instalment: (principal / u64::from(count) * share / 100).max(1),
            count,
            first_due: START + first,
            period,
            late_fee: late.0,
            late_after_secs: late.1,
            waterfall,
            overpayment,
            ..plain()
        },
    )
}

/// What happens to a loan.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// So many seconds.
    Wait(i64),
    /// To the next due date, and so many seconds from it.
    ToDue(i64),
    /// A plain transfer into the wallet, in hundredths of an instalment and odd units.
    TopUp(u64, u64),
    /// A transfer of all that is owed, and so many units more or less.
    TopUpAll(i64),
    /// What is due.
    Collect,
    /// What is due and so much, in hundredths of an instalment, more.
    Prepay(u64, u64),
    /// All.
    PayOff,
    /// The lender lets the default be known.
    Default,
    /// The schedule moves.
    Extend,
}

/// A year of odd days, and the sort of payments people make.
pub fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => (0..45 * DAY).prop_map(Move::Wait),
        1 => (0..90_i64).prop_map(Move::Wait),
        3 => (-1..=1_i64).prop_map(Move::ToDue),
        1 => (5 * DAY..15 * DAY).prop_map(Move::ToDue),
        5 => (0..250_u64, 0..3_u64).prop_map(|(share, odd)| Move::TopUp(share, odd)),
        1 => (-1..=1_i64).prop_map(Move::TopUpAll),
        5 => Just(Move::Collect),
        3 => (0..300_u64, 0..3_u64).prop_map(|(share, odd)| Move::Prepay(share, odd)),
        1 => Just(Move::PayOff),
        1 => Just(Move::Default),
        1 => Just(Move::Extend),
    ]
}

/// A loan kept twice, and the wallet both look at.
pub struct Subject {
    /// As the program keeps it.
    pub loan: Loan,
    /// As the exact books keep it.
    pub books: Books,
    /// What the wallet holds.
    pub wallet: u64,
    /// The clock.
    pub now: i64,
}

impl Subject {
    /// A loan of these terms, originated at [`START`].
    pub fn new(terms: Terms) -> Self {
        Self { loan: program_loan(terms, START), books: Books::open(terms, START), wallet: 0, now: START }
    }

    fn share(&self, hundredths: u64, odd: u64) -> u64 {
        u64::try_from(u128::from(self.loan.terms.instalment) * u128::from(hundredths) / 100)
            .expect("terms are moderate")
            + odd
    }

    /// Makes a move in both, and looks at what each made of it.
    #[track_caller]
    pub fn take(&mut self, next: Move) {
        let before = self.loan.clone();
        let (wallet, now) = (self.wallet, self.now);
        match next {
            Move::Wait(seconds) => self.now += seconds,
            Move::ToDue(offset) => {
                let terms = &self.books.terms;
                let next = arithmetic::fallen_due(terms, now).min(terms.count - 1);
                self.now = now.max(arithmetic::due(terms, next) + offset);
            }
            Move::TopUp(share, odd) => self.wallet += self.share(share, odd),
            Move::TopUpAll(odd) => {
                let all = self.books.standing(wallet, now).payoff + i128::from(odd);
                self.wallet = self.wallet.max(u64::try_from(all.max(0)).expect("terms are moderate"));
            }
            Move::Collect => {
                let program = ledger::collect(&mut self.loan, Wallet(wallet), now);
                let exact = self.books.collect(wallet, now);
                self.paid(&before, program, exact);
            }
            Move::Prepay(share, odd) => {
                let amount = self.share(share, odd);
                let program = ledger::prepay(&mut self.loan, Wallet(wallet), amount, now);
                let exact = self.books.prepay(wallet, amount, now);
                self.paid(&before, program, exact);
            }
            Move::PayOff => {
                let program = ledger::pay_off(&mut self.loan, Wallet(wallet), now);
                let exact = self.books.pay_off(wallet, now);
                self.paid(&before, program, exact);
            }
            // Only that the loan is in default matters here: payments must bring it back.
            Move::Default => {
                let standing = self.books.standing(wallet, now);
                if self.books.status == LoanStatus::Active && standing.oldest_unpaid.is_some() {
                    self.books.status = LoanStatus::Defaulted;
                    self.loan.status = LoanStatus::Defaulted;
                }
            }
            Move::Extend => {
                if servicing::extend(&mut self.loan, now).is_ok() {
                    self.books.extend(now);
                }
            }
        }
        self.agrees();
    }

    #[track_caller]
    fn paid(&mut self, before: &Loan, program: Ruled<Payment>, exact: Result<Paid, Refused>) {
        match (program, exact) {
            (Ok(program), Ok(exact)) => {
                let applied = program.applied;
                assert_eq!(
                    (applied.interest, applied.principal, applied.fees, program.late_fees).map_to_i128(),
                    (exact.interest, exact.principal, exact.fees, exact.charged),
                    "how the payment was divided"
                );
                assert_eq!(i128::from(applied.total()), exact.total());
                assert_eq!(program.paid_off, self.books.status == LoanStatus::PaidOff);
                self.wallet -= applied.total();
            }
            (Err(rule), Err(refused)) => {
                let expected = match refused {
                    Refused::PaidOff => LatchkeyError::LoanPaidOff,
                    Refused::Nothing => LatchkeyError::ZeroAmount,
                    Refused::TooMuch => LatchkeyError::PrepayExceedsPayoff,
                    Refused::WalletTooSmall => LatchkeyError::WalletTooSmall,
                };
                assert_eq!(rule.name(), expected.name());
                // The transaction fails, and with it whatever the rule has written so far.
                self.loan = before.clone();
            }
            (program, exact) => panic!("the program says {program:?}, the books {exact:?}"),
        }
    }

    /// Program and books agree to the unit.
    #[track_caller]
    pub fn agrees(&self) {
        let (loan, books, now, wallet) = (&self.loan, &self.books, self.now, self.wallet);
        same_ledger(&loan.ledger, books);
        assert_eq!(loan.status, books.status, "status");
        assert_eq!(schedule::instalments_due(&loan.terms, now), arithmetic::fallen_due(&books.terms, now));

        let mut until_now = books.clone();
        until_now.accrue(now);
        let accrued = accrue(loan.ledger, loan.terms.apr_bps, now).expect("terms are moderate");
        same_ledger(&accrued, &until_now);

        if loan.status.is_open() {
            let position = Position::at(loan, Wallet(wallet), now).expect("terms are moderate");
            let standing = books.standing(wallet, now);
            assert_eq!(position.instalments_due, standing.instalments);
            assert_eq!(i128::from(position.past_due), standing.past_due, "past due");
            assert_eq!(i128::from(position.ledger.fees), standing.fees, "fees to date");
            assert_eq!(i128::from(position.cure), standing.cure, "cure");
            assert_eq!(position.oldest_unpaid_due, standing.oldest_unpaid, "oldest unpaid date");
            assert_eq!(position.days_past_due(now), standing.days_past_due, "days past due");
            let payoff = position.ledger.payoff().expect("terms are moderate");
            assert_eq!(i128::from(payoff), standing.payoff, "payoff");
        }
    }
}

/// The ledger says what the books say, fractions of a unit included.
#[track_caller]
pub fn same_ledger(ledger: &Ledger, books: &Books) {
    assert_eq!(i128::from(ledger.principal), books.principal, "principal");
    assert_eq!(i128::from(ledger.interest), books.interest_owed(), "interest");
    if books.status != LoanStatus::PaidOff {
        let remainder = BigRational::new(BigInt::from(ledger.interest_remainder), BigInt::from(DENOMINATOR));
        assert_eq!(remainder, books.interest_fraction(), "the fraction of a unit beyond");
    }
    assert_eq!(i128::from(ledger.fees), books.fees, "fees");
    assert_eq!(i128::from(ledger.paid_scheduled), books.on_schedule, "paid toward the schedule");
    assert_eq!(ledger.late_decided, books.decided, "late fees decided");
    assert_eq!(i128::from(ledger.principal_paid), books.principal_paid, "principal paid");
    assert_eq!(i128::from(ledger.interest_paid), books.interest_paid, "interest paid");
    assert_eq!(i128::from(ledger.fees_paid), books.fees_paid, "fees paid");
}

trait MapToI128 {
    fn map_to_i128(self) -> (i128, i128, i128, i128);
}

impl MapToI128 for (u64, u64, u64, u64) {
    fn map_to_i128(self) -> (i128, i128, i128, i128) {
        (self.0.into(), self.1.into(), self.2.into(), self.3.into())
    }
}
