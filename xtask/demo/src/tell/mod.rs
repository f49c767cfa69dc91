//! How the story is printed: for people, or for programs.

mod json;
mod people;
mod words;

pub use json::Json;
pub use people::People;
