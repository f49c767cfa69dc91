//! Terms files: what two people agree on, in their own units. TOML; unknown keys are errors.

use std::path::{Path, PathBuf};
use std::{error, fs, io};

use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::{Overpayment, Terms, Waterfall};
use latchkey_client::schedule::level_instalment;
use serde::Deserialize;

use crate::units::date::When;
use crate::units::{duration, money, period, rate};

/// Why a terms file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    /// The file cannot be read.
    #[error("cannot read the terms {path}: check that it exists and is yours")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Not a terms file.
    #[error("the terms are not valid: docs/operating.md lists their keys")]
    Invalid(#[source] Box<toml::de::Error>),
    /// A key that says something impossible.
    #[error("{key} in the terms")]
    Value {
        /// Which.
        key: &'static str,
        /// What is wrong with it, and the way out.
        #[source]
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// No level instalment exists.
    #[error(
        "no level instalment pays these terms: check principal, count and first_due, or name an instalment"
    )]
    NoLevelInstalment(#[source] Refusal),
}

/// A choice that is not one of those there are.
#[derive(Debug, thiserror::Error)]
#[error("{written:?} is none of the choices: write {choices}")]
struct NoSuchChoice {
    written: String,
    choices: &'static str,
}

/// A terms file as it is written. [`TermsFile::terms`] makes it exact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsFile {
    principal: String,
    apr: String,
    #[serde(default = "level")]
    instalment: String,
    count: u16,
    first_due: String,
    period: String,
    grace: String,
    notice: String,
    late_fee: String,
    late_after: String,
    emergency: String,
    emergency_max: u8,
    #[serde(default = "thirty_days")]
    lock_ttl: String,
    #[serde(default)]
    max_extensions: u8,
    #[serde(default = "interest_first")]
    waterfall: String,
    #[serde(default = "reduce_principal")]
    overpayment: String,
}

fn level() -> String {
    "level".to_owned()
}

fn thirty_days() -> String {
    "30d".to_owned()
}

fn interest_first() -> String {
    "interest-principal-fees".to_owned()
}

fn reduce_principal() -> String {
    "reduce-principal".to_owned()
}

/// A lock that only an unlock ends.
pub const UNTIL_UNLOCKED: &str = "until-unlocked";

impl TermsFile {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, TermsError> {
        let text = fs::read_to_string(path)
            .map_err(|source| TermsError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, TermsError> {
        toml::from_str(text).map_err(|wrong| TermsError::Invalid(Box::new(wrong)))
    }

    /// The terms in the program's units, for a mint of so many decimals, if they are signed at `now`.
    pub fn terms(&self, decimals: u8, now: i64) -> Result<Terms, TermsError> {
        let amount = |key, text: &str| money::parse(text, decimals).map_err(of(key));
        let secs = |key, text: &str| duration::parse(text).map_err(of(key));
        let terms = Terms {
            principal: amount("principal", &self.principal)?,
            apr_bps: rate::parse(&self.apr).map_err(of("apr"))?,
            instalment: 0,
            count: self.count,
            first_due: self.first_due.parse::<When>().map_err(of("first_due"))?.from(now),
            period: period::parse(&self.period).map_err(of("period"))?,
            grace_secs: secs("grace", &self.grace)?,
            notice_secs: secs("notice", &self.notice)?,
            late_fee: amount("late_fee", &self.late_fee)?,
            late_after_secs: secs("late_after", &self.late_after)?,
            emergency_secs: secs("emergency", &self.emergency)?,
            emergency_max: self.emergency_max,
            lock_ttl_secs: match self.lock_ttl.as_str() {
                UNTIL_UNLOCKED => 0,
                text => at_least_a_second(secs("lock_ttl", text)?, text).map_err(of("lock_ttl"))?,
            },
            max_extensions: self.max_extensions,
            deferred: 0,
            waterfall: match self.waterfall.as_str() {
                "interest-principal-fees" => Waterfall::InterestPrincipalFees,
                "fees-interest-principal" => Waterfall::FeesInterestPrincipal,
                other => {
                    return Err(choice(
                        "waterfall",
                        other,
                        "interest-principal-fees or fees-interest-principal",
                    ));
                }
            },
            overpayment: match self.overpayment.as_str() {
                "reduce-principal" => Overpayment::ReducePrincipal,
                "pay-ahead" => Overpayment::PayAhead,
                other => return Err(choice("overpayment", other, "reduce-principal or pay-ahead")),
            },
        };
        let instalment = match self.instalment.as_str() {
            "level" => level_instalment(&terms, now)
                .map_err(|rule| TermsError::NoLevelInstalment(Refusal(rule.into())))?,
            text => amount("instalment", text)?,
        };
        Ok(Terms { instalment, ..terms })
    }
}

/// Zero means "until unlocked" to the program, which is too much to be said by a zero here.
fn at_least_a_second(secs: u32, written: &str) -> Result<u32, NoSuchChoice> {
    match secs {
        0 => Err(NoSuchChoice {
            written: written.to_owned(),
            choices: "how long a lock stands, such as 30d, or until-unlocked",
        }),
        secs => Ok(secs),
    }
}

fn of<E: error::Error + Send + Sync + 'static>(key: &'static str) -> impl FnOnce(E) -> TermsError {
    move |source| TermsError::Value { key, source: Box::new(source) }
}

fn choice(key: &'static str, written: &str, choices: &'static str) -> TermsError {
    of(key)(NoSuchChoice { written: written.to_owned(), choices })
}

#[cfg(test)]
mod tests {
    use latchkey_client::latchkey::state::Period;

    use super::*;

    const YEAR: &str = r#"
principal = "12000.00"
apr = "18%"
count = 12
first_due = "2027-02-15T12:00:00Z"
period = "1 month"
grace = "10d"
notice = "72h"
late_fee = "25.00"
late_after = "5d"
emergency = "24h"
emergency_max = 1
"#;
    const NOW: i64 = 1_800_014_400; // 2027-01-15T12:00:00Z

    fn terms(changed: &str, to: &str) -> Result<Terms, TermsError> {
        let text = YEAR.replace(changed, to);
        assert!(changed.is_empty() || text != YEAR, "{changed} is not in the example");
        TermsFile::parse(&text)?.terms(6, NOW)
    }

    /// Everything an error says, on one line.
    fn said(error: &dyn error::Error) -> String {
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            said = format!("{said}: {error}");
            cause = error.source();
        }
        said
    }

    #[test]
    fn a_terms_file_is_exact() {
        let terms = terms("", "").unwrap();
        assert_eq!(terms.principal, 12_000_000_000);
        assert_eq!((terms.apr_bps, terms.count, terms.period), (1_800, 12, Period::Months(1)));
        assert_eq!(terms.first_due, NOW + 31 * 86_400);
        assert_eq!((terms.grace_secs, terms.notice_secs), (864_000, 259_200));
        assert_eq!((terms.late_fee, terms.late_after_secs), (25_000_000, 432_000));
        assert_eq!((terms.emergency_secs, terms.emergency_max), (86_400, 1));
        assert_eq!((terms.lock_ttl_secs, terms.max_extensions, terms.deferred), (30 * 86_400, 0, 0));
        assert_eq!(terms.waterfall, Waterfall::InterestPrincipalFees);
        assert_eq!(terms.overpayment, Overpayment::ReducePrincipal);
        // No instalment named: the level one.
        assert_eq!(Ok(terms.instalment), level_instalment(&terms, NOW).map_err(u32::from));
    }

    #[test]
    fn what_has_a_default_can_be_said() {
        let all = "emergency_max = 2\ninstalment = \"1100.20\"\nlock_ttl = \"until-unlocked\"\nmax_extensions = 3\n\
                   waterfall = \"fees-interest-principal\"\noverpayment = \"pay-ahead\"";
        let terms = terms("emergency_max = 1", all).unwrap();
        assert_eq!(terms.instalment, 1_100_200_000);
        assert_eq!((terms.lock_ttl_secs, terms.max_extensions, terms.emergency_max), (0, 3, 2));
        assert_eq!(terms.waterfall, Waterfall::FeesInterestPrincipal);
        assert_eq!(terms.overpayment, Overpayment::PayAhead);
    }

    #[test]
    fn a_date_can_count_from_now() {
        assert_eq!(terms("2027-02-15T12:00:00Z", "+30d").unwrap().first_due, NOW + 30 * 86_400);
    }

    #[test]
    fn each_error_names_its_key_and_the_way_out() {
        for (changed, to, key, way_out) in [
            ("12000.00", "12,000", "principal", "write digits"),
            ("12000.00", "0.0000001", "principal", "round it"),
            ("\"18%\"", "\"18.005%\"", "apr", "at most two decimals"),
            ("2027-02-15T12:00:00Z", "2027-02-15", "first_due", "RFC 3339"),
            ("1 month", "monthly", "period", "\"1 month\""),
            ("10d", "10 days", "grace", "such as 10d"),
            ("72h", "three days", "notice", "such as 10d"),
            ("25.00", "$25", "late_fee", "write digits"),
            ("5d", "5", "late_after", "such as 10d"),
            ("24h", "a day", "emergency", "such as 10d"),
            ("emergency_max = 1", "emergency_max = 1\nlock_ttl = \"0s\"", "lock_ttl", "until-unlocked"),
            ("emergency_max = 1", "emergency_max = 1\ninstalment = \"some\"", "instalment", "write digits"),
            ("emergency_max = 1", "emergency_max = 1\nwaterfall = \"fees\"", "waterfall", "fees-interest"),
            ("emergency_max = 1", "emergency_max = 1\noverpayment = \"keep\"", "overpayment", "pay-ahead"),
            ("grace =", "gracee =", "gracee", "grace"),
            ("grace = \"10d\"\n", "", "grace", "missing"),
            ("count = 12", "count = \"twelve\"", "count", "u16"),
            ("\"12000.00\"", "12000.00", "principal", "string"),
            ("count = 12", "count = 0", "count", "name an instalment"),
        ] {
            let wrong = said(&terms(changed, to).unwrap_err());
            assert!(wrong.contains(key) && wrong.contains(way_out), "{changed} → {to}: {wrong}");
        }
    }
}
