//! Amounts, times and addresses as people read them.

use latchkey_client::latchkey::rules::calendar::{DAY, Date};

/// Base units in a unit of the story's mint.
const UNIT: u64 = 1_000_000;
const LAMPORTS_PER_SOL: u64 = 1_000_000_000;

/// Base units as units, to the hundredth: `1,099.20`.
pub fn units(amount: u64) -> String {
    let hundredths = amount.saturating_add(UNIT / 200) / (UNIT / 100);
    format!("{}.{:02}", thousands(hundredths / 100), hundredths % 100)
}

/// Lamports as SOL, exactly: `0.002 SOL`.
pub fn sol(lamports: u64) -> String {
    let fraction = format!("{:09}", lamports % LAMPORTS_PER_SOL);
    let whole = thousands(lamports / LAMPORTS_PER_SOL);
    match fraction.trim_end_matches('0') {
        "" => format!("{whole} SOL"),
        digits => format!("{whole}.{digits} SOL"),
    }
}

/// Parts per million as a percentage: `18 %`, `3.875 %`.
pub fn percent(ppm: u32) -> String {
    let fraction = format!("{:04}", ppm % 10_000);
    match fraction.trim_end_matches('0') {
        "" => format!("{} %", ppm / 10_000),
        digits => format!("{}.{digits} %", ppm / 10_000),
    }
}

/// A number with its thousands apart: `866,024`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8_lossy(&groups.join(&b',')).into_owned()
}

/// A number of things: `1 instalment`, `5 instalments`.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// A Unix time in UTC: `2027-01-31 09:00:00`.
pub fn time(unix: i64) -> String {
    let second = unix.rem_euclid(DAY);
    format!("{} {:02}:{:02}:{:02}", date(unix), second / 3_600, second / 60 % 60, second % 60)
}

/// The day of a Unix time in UTC: `2027-01-31`.
pub fn date(unix: i64) -> String {
    let Date { year, month, day } = Date::from_unix(unix);
    format!("{year}-{month:02}-{day:02}")
}

/// How long until then: `in 30 days`, `in 8 s`.
pub fn ahead(seconds: i64) -> String {
    match seconds {
        ..=0 => "now".to_owned(),
        1..=119 => format!("in {seconds} s"),
        120..=7_199 => format!("in {} min", seconds / 60),
        7_200..=172_799 => format!("in {} h", seconds / 3_600),
        _ => format!("in {} days", seconds / DAY),
    }
}

/// The first characters of an address or signature.
pub fn short(text: &str) -> String {
    format!("{}…", text.chars().take(8).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_the_nearest_hundredth() {
        let cases = [
            (0, "0.00"),
            (4_999, "0.00"),
            (5_000, "0.01"),
            (1_099_195_365, "1,099.20"),
            (12_000_000_000, "12,000.00"),
            (999_995_000, "1,000.00"),
        ];
        for (amount, text) in cases {
            assert_eq!(units(amount), text);
        }
        assert!(!units(u64::MAX).is_empty());
    }

    #[test]
    fn lamports_are_told_to_the_last_one() {
        let cases = [
            (0, "0 SOL"),
            (1, "0.000000001 SOL"),
            (2_000_000, "0.002 SOL"),
            (1_234_500_000_000, "1,234.5 SOL"),
        ];
        for (lamports, text) in cases {
            assert_eq!(sol(lamports), text);
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(time(1_798_794_000), "2027-01-01 09:00:00");
        assert_eq!(time(0), "1970-01-01 00:00:00");
        assert_eq!(date(1_801_386_000), "2027-01-31");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(["1", "12", "866,024", "1,000,000"], [1, 12, 866_024, 1_000_000].map(thousands));
        assert_eq!([180_000, 38_750, 500].map(percent), ["18 %", "3.875 %", "0.05 %"]);
        assert_eq!([counted(1, "call"), counted(3, "call")], ["1 call", "3 calls"]);
        assert_eq!(["now", "in 8 s", "in 30 days"], [0, 8, 30 * DAY].map(ahead));
    }
}
