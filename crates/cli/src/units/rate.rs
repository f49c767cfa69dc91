//! Rates: percent per year outside, parts per million inside.

use latchkey_client::latchkey::rules::terms::MAX_APR_PPM;

use super::money;

/// Digits after the point of a percentage: a part per million is a ten-thousandth of a percent.
const DECIMALS: u8 = 4;

/// Why a text is not a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    #[error("{0:?} is not a rate: write percent per year with at most four decimals, such as 18% or 3.875%")]
    Malformed(String),
    #[error("{0:?} is more than any loan may cost: write at most 655%")]
    TooHigh(String),
}

/// Parts per million of a text such as `18%`, `3.875%` or `18`.
pub fn parse(text: &str) -> Result<u32, RateError> {
    let percent = text.strip_suffix('%').unwrap_or(text).trim_end();
    let ppm = money::parse(percent, DECIMALS).map_err(|_| RateError::Malformed(text.to_owned()))?;
    u32::try_from(ppm)
        .ok()
        .filter(|ppm| *ppm <= MAX_APR_PPM)
        .ok_or_else(|| RateError::TooHigh(text.to_owned()))
}

/// Parts per million as a text that [`parse`] takes back.
pub fn show(ppm: u32) -> String {
    format!("{}%", money::show(ppm.into(), DECIMALS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact_both_ways() {
        for (text, ppm) in [
            ("18%", 180_000),
            ("18", 180_000),
            ("17.99%", 179_900),
            ("3.875%", 38_750),
            ("0.0001%", 1),
            ("0%", 0),
            ("655%", 6_550_000),
        ] {
            assert_eq!(parse(text), Ok(ppm), "{text}");
            assert_eq!(parse(&show(ppm)), Ok(ppm));
        }
        assert_eq!((show(180_000), show(38_750)), ("18.00%".to_owned(), "3.875%".to_owned()));
    }

    #[test]
    fn what_is_not_a_rate_is_refused() {
        for text in ["", "%", "18.00001%", "-1%", "18 bps", "eighteen"] {
            assert_eq!(parse(text), Err(RateError::Malformed(text.to_owned())), "{text:?}");
        }
        assert_eq!(parse("655.0001%"), Err(RateError::TooHigh("655.0001%".to_owned())));
    }
}
