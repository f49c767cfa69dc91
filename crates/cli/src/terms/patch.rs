//! Changes of terms: a terms file in which only the keys stand that change.

use std::path::Path;

use latchkey_client::latchkey::state::Terms;
use serde_json::Value;
use toml::Table;

use super::{TERMS, TermsError, TermsFile, terms_json, wrong};

/// The keys that belong to a calendar. Where one changes, the others are read again.
const CALENDAR: [&str; 4] = ["period", "day", "days", "utc_offset"];

/// What changes in terms that are signed already.
#[derive(Clone, Debug, PartialEq)]
pub struct TermsPatch(Table);

impl TermsPatch {
    pub fn load(path: &Path) -> Result<Self, TermsError> {
        Ok(Self(TERMS.load(path)?))
    }

    pub fn parse(text: &str) -> Result<Self, TermsError> {
        Ok(Self(TERMS.parse(text)?))
    }

    /// The whole terms after the change. A level instalment pays off `owed`, the principal that is left, base units.
    pub fn apply(&self, signed: &Terms, decimals: u8, now: i64, owed: u64) -> Result<Terms, TermsError> {
        let mut whole = written(signed, decimals);
        if self.0.contains_key("period") {
            for key in CALENDAR {
                whole.remove(key);
            }
        }
        whole.extend(self.0.clone());
        let text = toml::to_string(&whole).map_err(wrong("the file"))?;
        let file = TermsFile::parse(&text)?;
        let terms = file.open_terms(decimals, now)?;
        let instalment = file.instalment(&Terms { principal: owed, ..terms }, decimals, now)?;
        Ok(Terms { instalment, deferred: signed.deferred, ..terms })
    }
}

/// Terms as their file would write them.
fn written(terms: &Terms, decimals: u8) -> Table {
    let mut table = Table::new();
    if let Value::Object(keys) = terms_json(terms, decimals) {
        let set = keys.into_iter().filter(|(key, value)| !value.is_null() && key != "deferred");
        table.extend(set.filter_map(|(key, value)| Some((key, toml::Value::try_from(value).ok()?))));
    }
    table
}

/// What differs between terms, with the keys and units of a terms file: `before → after`.
pub fn terms_differences(before: &Terms, after: &Terms, decimals: u8) -> Vec<(String, String)> {
    let shown = |value: &Value| match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (before, after) = (terms_json(before, decimals), terms_json(after, decimals));
    let keys = after.as_object().into_iter().flatten();
    keys.filter(|(key, value)| before[key.as_str()] != **value)
        .map(|(key, value)| (key.clone(), format!("{} → {}", shown(&before[key.as_str()]), shown(value))))
        .collect()
}

#[cfg(test)]
mod tests {
    use latchkey_client::latchkey::state::Calendar;

    use super::*;

    const NOW: i64 = 1_800_014_400; // 2027-01-15T12:00:00Z

    fn signed() -> Terms {
        let text = "principal = \"12000\"\napr = \"18%\"\ncount = 12\nfirst_due = \"2027-02-15T12:00:00-05:00\"\n\
                    period = \"monthly\"\ngrace = \"10d\"\nnotice = \"72h\"\nnotice_channels = 2\n\
                    final_notice = \"48h\"\nlate_fee = \"25\"\nlate_after = \"5d\"\nemergency = \"24h\"\n\
                    emergency_max = 1\noverpayment = \"pay-ahead\"\nmax_extensions = 2\n";
        TermsFile::parse(text).unwrap().terms(6, NOW).unwrap()
    }

    fn patched(text: &str) -> Result<Terms, TermsError> {
        TermsPatch::parse(text)?.apply(&signed(), 6, NOW, 6_000_000_000)
    }

    #[test]
    fn what_a_patch_leaves_out_stays() {
        assert_eq!(patched("").unwrap(), signed());
        let deferred = Terms { deferred: 1, ..signed() };
        assert_eq!(TermsPatch::parse("").unwrap().apply(&deferred, 6, NOW, 1).unwrap(), deferred);
        let lower = patched("apr = \"12.5%\"\ngrace = \"15d\"").unwrap();
        assert_eq!(lower, Terms { apr_ppm: 125_000, grace_secs: 15 * 86_400, ..signed() });
        assert_eq!(
            terms_differences(&signed(), &lower, 6),
            [("apr".to_owned(), "18.00% → 12.50%".to_owned()), ("grace".to_owned(), "10d → 15d".to_owned())]
        );
    }

    #[test]
    fn another_period_takes_its_day_from_the_patch() {
        let weekly =
            patched("period = \"weekly\"\nfirst_due = \"+7d\"\ncount = 52\ninstalment = \"level\"").unwrap();
        assert_eq!((weekly.calendar, weekly.count), (Calendar::seconds(604_800), 52));
        // 52 payments of what is left, not of all that was lent.
        assert!((115_000_000..=135_000_000).contains(&weekly.instalment), "{}", weekly.instalment);
        assert_eq!(weekly.principal, 12_000_000_000);
        let day = patched("day = 20\nfirst_due = \"2027-02-20T12:00:00-05:00\"").unwrap();
        assert_eq!(day.calendar, Calendar::months(1, 20, -18_000));
    }

    #[test]
    fn a_key_that_no_terms_file_has_is_refused() {
        assert!(patched("waterfall = \"fees\"").is_err());
    }
}
