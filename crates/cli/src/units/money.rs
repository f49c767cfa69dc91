//! Amounts: decimal strings of whole tokens outside, base units inside.

use latchkey_client::cost::{CENT_DECIMALS, cent};

/// Decimals of a SOL: 1 SOL is 1,000,000,000 lamports.
pub const SOL_DECIMALS: u8 = 9;

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{0:?} is not an amount: write digits and at most one point, such as 1100.20")]
    NotDecimal(String),
    #[error("{text:?} has more than {decimals} decimals: round it")]
    TooFine { text: String, decimals: u8 },
    #[error("{0:?} is more than the program can store: write less")]
    TooMuch(String),
}

/// Base units of a decimal text.
pub fn parse(text: &str, decimals: u8) -> Result<u64, MoneyError> {
    let not_decimal = || MoneyError::NotDecimal(text.to_owned());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // "12." and ".5" are typing errors as often as they are amounts.
    let points = text.contains('.');
    if whole.is_empty() || !digits(whole) || !digits(fraction) || (points && fraction.is_empty()) {
        return Err(not_decimal());
    }
    let significant = fraction.trim_end_matches('0');
    let width = usize::from(decimals);
    if significant.len() > width {
        return Err(MoneyError::TooFine { text: text.to_owned(), decimals });
    }
    format!("{whole}{significant:0<width$}").parse().map_err(|_| MoneyError::TooMuch(text.to_owned()))
}

/// Base units of an amount that people pay: no finer than a cent, whatever the mint can count.
pub fn parse_cents(text: &str, decimals: u8) -> Result<u64, MoneyError> {
    let cents = parse(text, decimals.min(CENT_DECIMALS))?;
    cents.checked_mul(cent(decimals)).ok_or_else(|| MoneyError::TooMuch(text.to_owned()))
}

/// An amount that people pay, rounded up to the cent.
pub fn show_cents(units: u64, decimals: u8) -> String {
    show_all(units.div_ceil(cent(decimals)), decimals.min(CENT_DECIMALS))
}

/// Base units as a decimal text that [`parse`] takes back: at least two decimals, if the mint has as many.
pub fn show(units: u64, decimals: u8) -> String {
    let all = show_all(units, decimals);
    let Some((whole, fraction)) = all.split_once('.') else { return all };
    let shortest = fraction.trim_end_matches('0').len().max(usize::from(decimals.min(2)));
    format!("{whole}.{}", &fraction[..shortest])
}

/// Base units as a decimal text with all decimals of the mint, for columns.
pub fn show_all(units: u64, decimals: u8) -> String {
    let width = usize::from(decimals);
    let digits = format!("{units:0>width$}", width = width + 1);
    match digits.split_at(digits.len() - width) {
        (whole, "") => whole.to_owned(),
        (whole, fraction) => format!("{whole}.{fraction}"),
    }
}

/// Lamports as a decimal text of SOL.
pub fn show_sol(lamports: u64) -> String {
    show(lamports, SOL_DECIMALS)
}

/// An amount of SOL at the command line, in lamports.
pub fn parse_sol(text: &str) -> Result<u64, MoneyError> {
    parse(text, SOL_DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_both_ways() {
        for (text, decimals, units) in [
            ("0", 6, 0),
            ("1", 6, 1_000_000),
            ("1100.20", 6, 1_100_200_000),
            ("0.000001", 6, 1),
            ("0.0000010", 6, 1),
            ("18446744073709.551615", 6, u64::MAX),
            ("7", 0, 7),
            ("7.0", 0, 7),
        ] {
            assert_eq!(parse(text, decimals), Ok(units), "{text}");
            assert_eq!(parse(&show(units, decimals), decimals), Ok(units), "{text}");
        }
        assert_eq!(show(1_100_200_000, 6), "1100.20");
        assert_eq!(show_all(1_100_200_000, 6), "1100.200000");
        assert_eq!(show(1, 6), "0.000001");
        assert_eq!(show(0, 6), "0.00");
        assert_eq!(show(7, 0), "7");
        assert_eq!(show(15, 1), "1.5");
        assert_eq!(show_sol(2_000_000), "0.002");
    }

    #[test]
    fn what_people_pay_is_in_cents() {
        assert_eq!(parse_cents("171.55", 6), Ok(171_550_000));
        assert_eq!(parse_cents("171.55", 2), Ok(17_155));
        assert_eq!(parse_cents("171", 0), Ok(171));
        assert_eq!(
            parse_cents("171.555", 6).unwrap_err().to_string(),
            "\"171.555\" has more than 2 decimals: round it"
        );
        assert!(matches!(parse_cents("18446744073709.56", 6), Err(MoneyError::TooMuch(_))));
        assert_eq!(show_cents(171_550_000, 6), "171.55");
        assert_eq!(show_cents(171_540_001, 6), "171.55");
        assert_eq!((show_cents(17, 1), show_cents(7, 0)), ("1.7".to_owned(), "7".to_owned()));
    }

    #[test]
    fn what_is_not_an_amount_is_refused_with_the_reason() {
        for text in ["", ".", ".5", "12.", "-1", "+1", "1e3", "1,000", "1.2.3", " 1", "0x1", "٣"] {
            assert_eq!(parse(text, 6), Err(MoneyError::NotDecimal(text.to_owned())), "{text:?}");
        }
        assert_eq!(
            parse("0.0000001", 6).unwrap_err().to_string(),
            "\"0.0000001\" has more than 6 decimals: round it"
        );
        assert!(matches!(parse("18446744073709.551616", 6), Err(MoneyError::TooMuch(_))));
        assert!(matches!(parse("99999999999999999999999", 0), Err(MoneyError::TooMuch(_))));
    }
}
