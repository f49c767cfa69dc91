//! Durations: `10d`, `72h`, `1h30m` outside, seconds inside.

/// Units and their seconds, largest first.
const UNITS: [(char, u64); 5] = [('w', 7 * 86_400), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("{0:?} is not a duration: write numbers with w, d, h, m or s, such as 10d, 72h or 1h30m")]
    Malformed(String),
    #[error("{0:?} is longer than the program can store: write less than 136 years")]
    TooLong(String),
}

/// Seconds of a text such as `10d`, `72h`, `1h30m`, `0s`.
pub fn parse(text: &str) -> Result<u32, DurationError> {
    let malformed = || DurationError::Malformed(text.to_owned());
    let too_long = || DurationError::TooLong(text.to_owned());
    let mut rest = text;
    let mut total = 0_u64;
    let mut above = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = rest[digits..].chars().next().ok_or_else(malformed)?;
        let &(_, secs) = UNITS.iter().find(|(letter, _)| *letter == unit).ok_or_else(malformed)?;
        // From large to small, each at most once: `30m1h` is a typing error.
        if digits == 0 || secs >= above {
            return Err(malformed());
        }
        above = secs;
        let number: u64 = rest[..digits].parse().map_err(|_| too_long())?;
        total = number.checked_mul(secs).and_then(|part| part.checked_add(total)).ok_or_else(too_long)?;
        rest = &rest[digits + 1..];
    }
    if text.is_empty() {
        return Err(malformed());
    }
    u32::try_from(total).map_err(|_| too_long())
}

/// Seconds as a text that [`parse`] takes back: whole units, largest first, no weeks.
pub fn show(secs: u64) -> String {
    if secs == 0 {
        return "0s".to_owned();
    }
    let mut rest = secs;
    let mut text = String::new();
    for (letter, size) in UNITS.into_iter().skip(1) {
        if rest >= size {
            text.push_str(&(rest / size).to_string());
            text.push(letter);
            rest %= size;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, secs, shown) in [
            ("10d", 864_000, "10d"),
            ("72h", 259_200, "3d"),
            ("90s", 90, "1m30s"),
            ("1h30m", 5_400, "1h30m"),
            ("2w1d", 15 * 86_400, "15d"),
            ("0s", 0, "0s"),
            ("4294967295s", u32::MAX, "49710d6h28m15s"),
        ] {
            assert_eq!(parse(text), Ok(secs), "{text}");
            assert_eq!(show(secs.into()), shown);
            assert_eq!(parse(shown), Ok(secs), "{shown}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in ["", "10", "d", "10 d", "-1d", "1.5h", "30m1h", "1d1d", "10days", "1y", "1é"] {
            assert_eq!(parse(text), Err(DurationError::Malformed(text.to_owned())), "{text:?}");
        }
        for text in ["4294967296s", "99999999999999999999d", "7102w"] {
            assert_eq!(parse(text), Err(DurationError::TooLong(text.to_owned())), "{text:?}");
        }
    }
}
