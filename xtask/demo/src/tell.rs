//! How the story is told: to people, or to programs.

mod json;
mod people;
mod words;

pub use json::Json;
pub use people::People;
