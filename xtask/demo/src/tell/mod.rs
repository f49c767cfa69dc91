//! How the story is printed: for people, or for programs.

mod json;
mod people;
mod words;

use std::io;

pub use json::Json;
use latchkey_harness::story::Observer;
pub use people::People;

use crate::play::Served;

/// Tells a story, and where it can be played.
pub trait Teller: Observer {
    /// The page is served.
    fn served(&mut self, served: &Served) -> io::Result<()>;

    /// As the story sees it.
    fn observer(&mut self) -> &mut dyn Observer;
}
