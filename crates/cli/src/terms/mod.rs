//! Terms files: what lender and borrower agree on, in their own units. TOML; unknown keys are errors.

mod calendar;
mod choices;
mod json;
mod patch;
#[cfg(test)]
mod tests;

use std::error;
use std::path::Path;

use latchkey_client::cost::cent;
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::schedule::level_instalment;
use serde::Deserialize;

use crate::toml_file::{TomlFile, TomlFileError};
use crate::units::date::When;
use crate::units::day::Day;
use crate::units::{choice, duration, money, rate};
use calendar::WrittenCalendar;
use choices::{OVERPAYMENTS, overpayment_name};

pub use calendar::calendar_in_words;
pub use json::terms_json;
pub use patch::{TermsPatch, terms_differences};

const TERMS: TomlFile = TomlFile { name: "the terms", keys: "docs/operating.md lists the keys" };

/// How long a notice counts where the terms do not say.
const NOTICE_MAX_AGE: &str = "90d";

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
    day: Option<Day>,
    days: Option<[Day; 2]>,
    utc_offset: Option<String>,
    grace: String,
    late_fee: String,
    late_after: String,
    #[serde(default = "one_day")]
    warn_after: String,
    notice: String,
    notice_channels: Option<u8>,
    #[serde(default)]
    notice_after_default: bool,
    #[serde(default = "none")]
    final_notice: String,
    notice_max_age: Option<String>,
    emergency: String,
    emergency_max: u8,
    #[serde(default = "thirty_days")]
    lock_ttl: String,
    #[serde(default)]
    max_extensions: u8,
    #[serde(default = "reduce_principal")]
    overpayment: String,
    #[serde(default)]
    public_unlock: bool,
}

fn level() -> String {
    "level".to_owned()
}

fn one_day() -> String {
    "1d".to_owned()
}

fn none() -> String {
    "0s".to_owned()
}

fn thirty_days() -> String {
    "30d".to_owned()
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
    ///
    /// A level instalment is a whole number of cents, whatever the mint can count: the last payment takes the rest.
    pub fn terms(&self, decimals: u8, now: i64) -> Result<Terms, TermsError> {
        let terms = self.open_terms(decimals, now)?;
        Ok(Terms { instalment: self.instalment(&terms, decimals, now)?, ..terms })
    }

    /// The instalment that the file names, or the level one of `terms`.
    fn instalment(&self, terms: &Terms, decimals: u8, now: i64) -> Result<u64, TermsError> {
        match self.instalment.as_str() {
            "level" => level_instalment(terms, now, cent(decimals))
                .map_err(|rule| TermsError::NoLevelInstalment(Refusal(rule.into()))),
            text => money::parse_cents(text, decimals).map_err(wrong("instalment")),
        }
    }

    /// When the first instalment is due, Unix seconds, if the terms are signed at `now`.
    pub fn first_due(&self, now: i64) -> Result<i64, TermsError> {
        Ok(self.first_due.parse::<When>().map_err(wrong("first_due"))?.from(now))
    }

    /// The terms without an instalment.
    fn open_terms(&self, decimals: u8, now: i64) -> Result<Terms, TermsError> {
        let amount = |key, text: &str| money::parse_cents(text, decimals).map_err(wrong(key));
        let secs = |key, text: &str| duration::parse(text).map_err(wrong(key));
        let first_due = self.first_due(now)?;
        let calendar = WrittenCalendar {
            period: &self.period,
            day: self.day,
            days: self.days,
            utc_offset: self.utc_offset.as_deref(),
            first_due: &self.first_due,
        };
        let notice_secs = secs("notice", &self.notice)?;
        // A notice that is owed and names no channels is owed by one.
        let min_channels = self.notice_channels.unwrap_or(u8::from(notice_secs > 0));
        let notice_max_age = match (&self.notice_max_age, min_channels) {
            (Some(text), _) => text,
            (None, 0) => "0s",
            (None, _) => NOTICE_MAX_AGE,
        };
        Ok(Terms {
            principal: amount("principal", &self.principal)?,
            apr_ppm: rate::parse(&self.apr).map_err(wrong("apr"))?,
            instalment: 0,
            count: self.count,
            first_due,
            calendar: calendar.calendar(first_due)?,
            grace_secs: secs("grace", &self.grace)?,
            late_fee: amount("late_fee", &self.late_fee)?,
            late_after_secs: secs("late_after", &self.late_after)?,
            warn_after_secs: secs("warn_after", &self.warn_after)?,
            notice_secs,
            min_channels,
            notice_after_default: self.notice_after_default,
            final_notice_secs: secs("final_notice", &self.final_notice)?,
            notice_max_age_secs: secs("notice_max_age", notice_max_age)?,
            emergency_secs: secs("emergency", &self.emergency)?,
            emergency_max: self.emergency_max,
            lock_ttl_secs: secs("lock_ttl", &self.lock_ttl)?,
            max_extensions: self.max_extensions,
            deferred: 0,
            overpayment: choice::parse(&self.overpayment, &OVERPAYMENTS, overpayment_name)
                .map_err(wrong("overpayment"))?,
            public_unlock: self.public_unlock,
        })
    }
}

/// Adds the key to what is wrong with its value.
fn wrong<E: error::Error + Send + Sync + 'static>(key: &'static str) -> impl FnOnce(E) -> TermsError {
    move |source| TermsError::Value { key, source: Box::new(source) }
}
