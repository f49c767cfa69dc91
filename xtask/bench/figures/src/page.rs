//! The part of a committed page that a command writes. A page can have several parts, each of another command.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// A part ends before this line.
const END: &str = "<!-- Up to here. -->";

/// The part that `cargo xtask <command> --write` writes.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The command.
    pub command: &'static str,
}

impl Part {
    /// The line after which it begins.
    fn begin(self) -> String {
        format!("<!-- `cargo xtask {} --write` writes what follows. -->", self.command)
    }

    /// It alone, empty.
    pub fn empty(self) -> String {
        format!("{}\n{END}\n", self.begin())
    }

    fn split(self, page: &str) -> Result<(&str, &str, &str)> {
        let begin = self.begin();
        let missing = |line: &str| format!("the page has no line {line}");
        let (before, rest) = page.split_once(&begin).with_context(|| missing(&begin))?;
        let (text, after) = rest.split_once(END).with_context(|| missing(END))?;
        Ok((before, text, after))
    }

    /// What stands in the page.
    pub fn read(self, page: &str) -> Result<&str> {
        self.split(page).map(|(_, text, _)| text)
    }

    /// The page with `text` in the place of what stood there.
    pub fn replace(self, page: &str, text: &str) -> Result<String> {
        let (before, _, after) = self.split(page)?;
        Ok(format!("{before}{}\n\n{text}\n{END}{after}", self.begin()))
    }

    /// Puts `text` into the page at `path`.
    pub fn write(self, path: &Path, text: &str) -> Result<()> {
        let page = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        fs::write(path, self.replace(&page, text)?).with_context(|| format!("writing {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Part = Part { command: "bench one" };
    const OTHER: Part = Part { command: "bench other" };

    #[test]
    fn a_command_replaces_its_own_part_and_no_other() {
        let page = format!("before\n{}between\n{}after\n", ONE.empty(), OTHER.empty());
        let page = OTHER.replace(&page, "second\n").expect("the page has the part");
        let page = ONE.replace(&page, "first\n").expect("the page has the part");
        assert_eq!(ONE.read(&page).expect("it is there").trim(), "first");
        assert_eq!(OTHER.read(&page).expect("it is there").trim(), "second");
        let again = ONE.replace(&page, "third\n").expect("the page has the part");
        assert_eq!(again, page.replace("first", "third"));
    }

    #[test]
    fn a_page_without_the_part_is_refused() {
        assert!(ONE.replace(&OTHER.empty(), "text").is_err());
        assert!(ONE.read(ONE.empty().trim_end_matches(&format!("{END}\n"))).is_err());
    }
}
