//! How far a place's time is from UTC: `-05:00` outside, seconds inside.

/// Why a text is not an offset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an offset from UTC: write hours and minutes with their sign, such as -05:00 or +00:00")]
pub struct OffsetError(String);

/// Seconds ahead of UTC of a text such as `-05:00`.
pub fn parse(text: &str) -> Result<i32, OffsetError> {
    let wrong = || OffsetError(text.to_owned());
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(wrong()),
    };
    let (hours, minutes) = rest.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str| -> Option<i32> {
        let are_two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| are_two)
    };
    match (number(hours), number(minutes)) {
        (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => Ok(sign * (hours * 3_600 + minutes * 60)),
        _ => Err(wrong()),
    }
}

/// An offset as a text that [`parse`] takes back, to the minute.
pub fn show(secs: i32) -> String {
    let sign = if secs < 0 { '-' } else { '+' };
    let minutes = secs.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_shown() {
        for (text, secs) in [("+00:00", 0), ("-05:00", -18_000), ("+05:45", 20_700), ("-03:30", -12_600)] {
            assert_eq!(parse(text), Ok(secs));
            assert_eq!(show(secs), text);
        }
        for text in ["", "Z", "05:00", "-5:00", "-05", "-0500", "+24:00", "+00:60", "+0a:00"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
