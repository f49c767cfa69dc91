//! What a loan owes, in exact rationals.
//!
//! Whole amounts are base units in `i128`, which no sum of `u64` can leave; interest is a fraction of any size. No
//! remainder is carried and nothing is rounded on the way, so that no rounding mistake of the program can recur here.

mod books;
mod calendar;

pub use books::{Books, Paid, Refused, Standing};
pub use calendar::{due, fallen_due};

use num_bigint::BigInt;
use num_rational::BigRational;

/// Exact interest on `principal` for `seconds`: simple, Actual/365.
pub fn interest(principal: i128, apr_bps: u16, seconds: i64) -> BigRational {
    let rate = BigRational::new(BigInt::from(apr_bps), BigInt::from(10_000));
    let years = BigRational::new(BigInt::from(seconds), BigInt::from(365 * 24 * 60 * 60));
    BigRational::from(BigInt::from(principal)) * rate * years
}

/// Exact interest for one day.
pub fn per_diem(principal: i128, apr_bps: u16) -> BigRational {
    interest(principal, apr_bps, 24 * 60 * 60)
}
