//! SHA-256 hashes: 64 hex digits outside, 32 bytes inside.

/// A text that is not a hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a SHA-256 hash: write 64 hex digits")]
pub struct HashError(String);

pub fn parse(text: &str) -> Result<[u8; 32], HashError> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map(|()| hash).map_err(|_| HashError(text.to_owned()))
}

/// A hash as a text that [`parse`] takes back.
pub fn show(hash: [u8; 32]) -> String {
    hex::encode(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_exact_both_ways() {
        let text = "00".repeat(31) + "ff";
        assert_eq!(parse(&text).map(show), Ok(text));
        for text in ["", "00", &"0".repeat(63), &"0".repeat(66), &"g0".repeat(32)] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
