//! What the keeper's log says of its transactions: when it sent which.

use std::collections::BTreeMap;
use std::time::Duration;

/// A transaction that the keeper sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Since midnight UTC.
    pub at: Duration,
    /// The kind of transaction.
    pub step: String,
    /// The vehicle's address, base58.
    pub vehicle: String,
    /// Whether it was sent before its time.
    pub early: bool,
}

/// The transactions that a log tells of, in order.
pub fn sendings(log: &str) -> impl Iterator<Item = Sending> + '_ {
    log.lines().filter_map(sending)
}

/// How many transactions of each kind it tells of, in words.
pub fn kinds(log: &str) -> String {
    let mut kinds = BTreeMap::<String, u32>::new();
    sendings(log).for_each(|sending| *kinds.entry(sending.step).or_default() += 1);
    kinds.iter().map(|(kind, count)| format!("{count} `{kind}`")).collect::<Vec<_>>().join(", ")
}

fn sending(line: &str) -> Option<Sending> {
    let (head, fields) = line.split_once(": sending ")?;
    let (_, time) = line.split_whitespace().next()?.split_once('T')?;
    Some(Sending {
        at: time_of_day(time.strip_suffix('Z')?)?,
        step: value(head, "step=")?,
        vehicle: value(head, "vehicle=")?,
        early: value(fields, "early=")? == "true",
    })
}

/// What stands behind `name`, up to a space or the end of the span.
fn value(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(name)?;
    let value = rest.split([' ', '}']).next()?;
    Some(value.trim_matches('"').to_owned())
}

/// `19:26:44.123456`
fn time_of_day(text: &str) -> Option<Duration> {
    let mut parts = text.split(':');
    let mut whole = || parts.next()?.parse::<u64>().ok();
    let minutes = whole()? * 60 + whole()?;
    let secs: f64 = parts.next()?.parse().ok()?;
    Some(Duration::from_secs(minutes * 60) + Duration::try_from_secs_f64(secs).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sending_is_read_and_other_lines_are_passed_over() {
        let log = "2026-11-30T01:02:03.500000Z  INFO transaction{step=\"confirm\" vehicle=Abc}: latchkey_keeper::landing: \
                   sending signature=xyz units=25000 early=true\n\
                   2026-11-30T01:02:04.000000Z  WARN latchkey_keeper::landing: the transaction landed and failed\n";
        let sending = Sending {
            at: Duration::from_millis(3_723_500),
            step: "confirm".to_owned(),
            vehicle: "Abc".to_owned(),
            early: true,
        };
        assert_eq!(sendings(log).collect::<Vec<_>>(), [sending]);
        assert_eq!(kinds(log), "1 `confirm`");
    }
}
