use latchkey_client::latchkey::state::{Calendar, Overpayment};

use super::*;

const YEAR: &str = r#"
principal = "12000.00"
apr = "18%"
count = 12
first_due = "2027-02-15T12:00:00Z"
period = "monthly"
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
    assert_eq!((terms.apr_ppm, terms.count, terms.calendar), (180_000, 12, Calendar::months(1, 15, 0)));
    assert_eq!(terms.first_due, NOW + 31 * 86_400);
    assert_eq!((terms.grace_secs, terms.warn_after_secs), (864_000, 86_400));
    assert_eq!((terms.late_fee, terms.late_after_secs), (25_000_000, 432_000));
    assert_eq!((terms.emergency_secs, terms.emergency_max), (86_400, 1));
    assert_eq!((terms.lock_ttl_secs, terms.max_extensions, terms.deferred), (30 * 86_400, 0, 0));
    assert_eq!((terms.overpayment, terms.public_unlock), (Overpayment::ReducePrincipal, false));
    // No instalment named: the level one, in cents.
    assert_eq!(Ok(terms.instalment), level_instalment(&terms, NOW, 10_000).map_err(u32::from));
}

#[test]
fn a_notice_that_is_owed_is_owed_by_one_channel_and_counts_for_ninety_days() {
    let of = |text: &str| {
        let terms = terms("notice = \"72h\"", text).unwrap();
        (terms.notice_secs, terms.min_channels, terms.final_notice_secs, terms.notice_max_age_secs)
    };
    assert_eq!(of("notice = \"3d\""), (259_200, 1, 0, 90 * 86_400));
    assert_eq!(of("notice = \"0s\""), (0, 0, 0, 0));
    assert_eq!(of("notice = \"0s\"\nnotice_channels = 1"), (0, 1, 0, 90 * 86_400));
    let all = "notice = \"3d\"\nnotice_channels = 2\nfinal_notice = \"48h\"\nnotice_max_age = \"30d\"";
    assert_eq!(of(all), (259_200, 2, 172_800, 30 * 86_400));
}

#[test]
fn what_has_a_default_can_be_written() {
    let all = "emergency_max = 2\ninstalment = \"1100.20\"\nlock_ttl = \"45d\"\nmax_extensions = 3\n\
               warn_after = \"1s\"\nnotice_after_default = true\noverpayment = \"pay-ahead\"\npublic_unlock = true";
    let terms = terms("emergency_max = 1", all).unwrap();
    assert_eq!(terms.instalment, 1_100_200_000);
    assert_eq!((terms.lock_ttl_secs, terms.max_extensions, terms.emergency_max), (45 * 86_400, 3, 2));
    assert_eq!((terms.warn_after_secs, terms.notice_after_default, terms.public_unlock), (1, true, true));
    assert_eq!(terms.overpayment, Overpayment::PayAhead);
}

#[test]
fn calendars_are_written_as_people_say_them() {
    let of = |text: &str| terms("first_due = \"2027-02-15T12:00:00Z\"\nperiod = \"monthly\"", text);
    for (text, calendar) in [
        ("first_due = \"+30d\"\nperiod = \"weekly\"", Calendar::seconds(604_800)),
        ("first_due = \"+30d\"\nperiod = \"biweekly\"", Calendar::seconds(1_209_600)),
        ("first_due = \"+30d\"\nperiod = \"20s\"", Calendar::seconds(20)),
        // The day and the offset of the first due date, where neither is written: there it is still the 30th.
        ("first_due = \"2027-01-30T23:59:59-05:00\"\nperiod = \"monthly\"", Calendar::months(1, 30, -18_000)),
        (
            "first_due = \"2027-02-28T12:00:00Z\"\nperiod = \"quarterly\"\nday = \"last\"",
            Calendar::months(3, 31, 0),
        ),
        (
            "first_due = \"2027-02-28T12:00:00Z\"\nperiod = \"monthly\"\nday = 30\nutc_offset = \"-08:00\"",
            Calendar::months(1, 30, -28_800),
        ),
        (
            "first_due = \"2027-02-15T12:00:00Z\"\nperiod = \"semi-monthly\"\ndays = [15, \"last\"]",
            Calendar::twice_a_month(15, 31, 0),
        ),
    ] {
        assert_eq!(of(text).unwrap().calendar, calendar, "{text}");
    }
    for (text, key, way_out) in [
        ("first_due = \"+30d\"\nperiod = \"weekly\"\nday = 1", "day", "leave this out"),
        ("first_due = \"+30d\"\nperiod = \"weekly\"\ndays = [1, 2]", "days", "leave this out"),
        (
            "first_due = \"+30d\"\nperiod = \"weekly\"\nutc_offset = \"-05:00\"",
            "utc_offset",
            "leave this out",
        ),
        ("first_due = \"+30d\"\nperiod = \"monthly\"\ndays = [1, 15]", "days", "write day"),
        ("first_due = \"+30d\"\nperiod = \"semi-monthly\"", "days", "days = [1, 15]"),
        (
            "first_due = \"+30d\"\nperiod = \"semi-monthly\"\nday = 1\ndays = [1, 15]",
            "days",
            "days = [1, 15]",
        ),
        ("first_due = \"+30d\"\nperiod = \"monthly\"\nday = 32", "day", "write 1 to 31"),
        ("first_due = \"+30d\"\nperiod = \"monthly\"\nutc_offset = \"EST\"", "utc_offset", "such as -05:00"),
    ] {
        let message = chain(&of(text).unwrap_err());
        assert!(message.contains(key) && message.contains(way_out), "{text}: {message}");
    }
}

#[test]
fn a_date_can_count_from_now() {
    assert_eq!(terms("2027-02-15T12:00:00Z", "+30d").unwrap().first_due, NOW + 30 * 86_400);
}

#[test]
fn each_error_names_its_key_and_the_way_out() {
    for (changed, to, key, way_out) in [
        ("12000.00", "12,000", "principal", "write digits"),
        ("12000.00", "12000.005", "principal", "round it"),
        ("\"18%\"", "\"18.00005%\"", "apr", "at most four decimals"),
        ("2027-02-15T12:00:00Z", "2027-02-15", "first_due", "RFC 3339"),
        ("monthly", "fortnightly", "period", "biweekly"),
        ("10d", "10 days", "grace", "such as 10d"),
        ("72h", "three days", "notice", "such as 10d"),
        ("25.00", "$25", "late_fee", "write digits"),
        ("25.00", "25.001", "late_fee", "round it"),
        ("5d", "5", "late_after", "such as 10d"),
        ("24h", "a day", "emergency", "such as 10d"),
        ("emergency_max = 1", "emergency_max = 1\nwarn_after = \"1\"", "warn_after", "such as 10d"),
        ("emergency_max = 1", "emergency_max = 1\nfinal_notice = \"2\"", "final_notice", "such as 10d"),
        ("emergency_max = 1", "emergency_max = 1\nnotice_max_age = \"2\"", "notice_max_age", "such as 10d"),
        ("emergency_max = 1", "emergency_max = 1\nlock_ttl = \"until-unlocked\"", "lock_ttl", "such as 10d"),
        ("emergency_max = 1", "emergency_max = 1\ninstalment = \"some\"", "instalment", "write digits"),
        ("emergency_max = 1", "emergency_max = 1\ninstalment = \"1100.201\"", "instalment", "round it"),
        ("emergency_max = 1", "emergency_max = 1\nwaterfall = \"fees\"", "waterfall", "grace"),
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
