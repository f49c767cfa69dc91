//! Rates: percent per year outside, basis points inside.

use super::money;

/// Why a text is not a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    #[error("{0:?} is not a rate: write percent per year with at most two decimals, such as 18% or 17.99%")]
    Malformed(String),
    #[error("{0:?} is more than the program can store: write at most 655.35%")]
    TooHigh(String),
}

/// Basis points of a text such as `18%`, `17.99%` or `18`.
pub fn parse(text: &str) -> Result<u16, RateError> {
    let percent = text.strip_suffix('%').unwrap_or(text).trim_end();
    let bps = money::parse(percent, 2).map_err(|_| RateError::Malformed(text.to_owned()))?;
    u16::try_from(bps).map_err(|_| RateError::TooHigh(text.to_owned()))
}

/// Basis points as a text that [`parse`] takes back.
pub fn show(bps: u16) -> String {
    format!("{}%", money::show(bps.into(), 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact_both_ways() {
        for (text, bps) in
            [("18%", 1_800), ("18", 1_800), ("17.99%", 1_799), ("0%", 0), ("655.35%", u16::MAX)]
        {
            assert_eq!(parse(text), Ok(bps), "{text}");
            assert_eq!(parse(&show(bps)), Ok(bps));
        }
        assert_eq!(show(1_800), "18.00%");
    }

    #[test]
    fn what_is_not_a_rate_is_refused() {
        for text in ["", "%", "18.001%", "-1%", "18 bps", "eighteen"] {
            assert_eq!(parse(text), Err(RateError::Malformed(text.to_owned())), "{text:?}");
        }
        assert_eq!(parse("655.36%"), Err(RateError::TooHigh("655.36%".to_owned())));
    }
}
