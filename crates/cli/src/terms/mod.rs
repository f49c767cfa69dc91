//! Terms files: what lender and borrower agree on, in their own units. TOML; unknown keys are errors.

mod choices;
mod json;

use std::error;
use std::path::Path;

use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::schedule::level_instalment;
use serde::Deserialize;

use crate::toml_file::{TomlFile, TomlFileError};
use crate::units::date::When;
use crate::units::{choice, duration, lock_ttl, money, period, rate};
use choices::{OVERPAYMENTS, WATERFALLS, overpayment_name, waterfall_name};

pub use json::terms_json;

const TERMS: TomlFile = TomlFile { name: "the terms", keys: "docs/operating.md lists the keys" };

/// Why a terms file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    #[error(transparent)]
    File(#[from] TomlFileError),
    #[error("{key} in the terms")]
    Value {
        key: &'static str,
        /// What is wrong with the value, and what to write.
        #[source]
        source: Box<dyn error::Error + Send + Sync>,
    },
    #[error(
        "no level instalment pays these terms: check principal, count and first_due, or name an instalment"
    )]
    NoLevelInstalment(#[source] Refusal),
}

/// A terms file as it is written. [`TermsFile::terms`] converts it to the program's units.
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

impl TermsFile {
    pub fn load(path: &Path) -> Result<Self, TermsError> {
        Ok(TERMS.load(path)?)
    }

    pub fn parse(text: &str) -> Result<Self, TermsError> {
        Ok(TERMS.parse(text)?)
    }

    /// The terms in the program's units. `decimals` are those of the mint; `now` is when they are signed, Unix seconds.
    pub fn terms(&self, decimals: u8, now: i64) -> Result<Terms, TermsError> {
        let amount = |key, text: &str| money::parse(text, decimals).map_err(wrong(key));
        let secs = |key, text: &str| duration::parse(text).map_err(wrong(key));
        let terms = Terms {
            principal: amount("principal", &self.principal)?,
            apr_bps: rate::parse(&self.apr).map_err(wrong("apr"))?,
            // Computed below, from everything else.
            instalment: 0,
            count: self.count,
            first_due: self.first_due.parse::<When>().map_err(wrong("first_due"))?.from(now),
            period: period::parse(&self.period).map_err(wrong("period"))?,
            grace_secs: secs("grace", &self.grace)?,
            notice_secs: secs("notice", &self.notice)?,
            late_fee: amount("late_fee", &self.late_fee)?,
            late_after_secs: secs("late_after", &self.late_after)?,
            emergency_secs: secs("emergency", &self.emergency)?,
            emergency_max: self.emergency_max,
            lock_ttl_secs: lock_ttl::parse(&self.lock_ttl).map_err(wrong("lock_ttl"))?.stored(),
            max_extensions: self.max_extensions,
            deferred: 0,
            waterfall: choice::parse(&self.waterfall, &WATERFALLS, waterfall_name)
                .map_err(wrong("waterfall"))?,
            overpayment: choice::parse(&self.overpayment, &OVERPAYMENTS, overpayment_name)
                .map_err(wrong("overpayment"))?,
        };
        let instalment = match self.instalment.as_str() {
            "level" => level_instalment(&terms, now)
                .map_err(|rule| TermsError::NoLevelInstalment(Refusal(rule.into())))?,
            text => amount("instalment", text)?,
        };
        Ok(Terms { instalment, ..terms })
    }
}

/// Adds the key to what is wrong with its value.
fn wrong<E: error::Error + Send + Sync + 'static>(key: &'static str) -> impl FnOnce(E) -> TermsError {
    move |source| TermsError::Value { key, source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use latchkey_client::latchkey::state::{Overpayment, Period, Waterfall};

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

    /// An error and its causes, on one line.
    fn chain(error: &dyn error::Error) -> String {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            chain = format!("{chain}: {error}");
            cause = error.source();
        }
        chain
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
    fn what_has_a_default_can_be_written() {
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
            let message = chain(&terms(changed, to).unwrap_err());
            assert!(message.contains(key) && message.contains(way_out), "{changed} → {to}: {message}");
        }
    }
}
