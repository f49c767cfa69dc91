//! Values that people choose by name.

/// A name that is not among the choices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{written:?} is not one of the choices: write {choices}")]
pub struct UnknownChoice {
    written: String,
    choices: String,
}

/// Finds the value that is written by its name.
pub fn parse<T: Copy>(written: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, UnknownChoice> {
    all.iter().copied().find(|value| name(*value) == written).ok_or_else(|| {
        let names: Vec<&str> = all.iter().copied().map(name).collect();
        UnknownChoice { written: written.to_owned(), choices: names.join(" or ") }
    })
}
