//! Standard output and standard error. With `--json`, standard output holds one object per line.

use std::fmt::Display;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

/// One result, for programs and for people.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub json: Value,
    /// For people. Readable without colour.
    pub text: String,
}

impl View {
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into() }
    }
}

/// Prints results and messages.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// Print JSON, and no messages.
    pub json: bool,
}

impl Printer {
    /// Prints a result on standard output.
    pub fn show(self, view: &View) -> io::Result<()> {
        if self.json { self.line(&view.json) } else { self.line(&view.text) }
    }

    /// Prints a line on standard output. A closed pipe is not an error.
    pub fn line(self, line: &dyn Display) -> io::Result<()> {
        match writeln!(io::stdout(), "{line}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// Prints a message for people on standard error.
    pub fn note(self, text: &dyn Display) {
        if !self.json {
            eprintln!("{text}");
        }
    }

    /// Shows a spinner, if standard error is a terminal.
    pub fn wait(self, what: impl Into<String>) -> ProgressBar {
        if self.json || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
        let bar = ProgressBar::new_spinner().with_message(what.into());
        let bar = match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        bar
    }

    /// Asks on standard error and reads the reply. Anything but y or yes is no.
    pub fn confirm(self, question: &str) -> io::Result<bool> {
        eprint!("{question} [y/N] ");
        io::stderr().flush()?;
        let mut reply = String::new();
        io::stdin().lock().read_line(&mut reply)?;
        Ok(matches!(reply.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// One line per label and value, with the values in one column.
pub fn rows<K: AsRef<str>, V: AsRef<str>>(rows: impl IntoIterator<Item = (K, V)>) -> String {
    let rows: Vec<(K, V)> = rows.into_iter().collect();
    let width = rows.iter().map(|(label, _)| label.as_ref().len()).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|(label, value)| format!("{:<width$}  {}", label.as_ref(), value.as_ref()).trim_end().to_owned())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_one_column() {
        assert_eq!(rows([("a", "1"), ("long", "2"), ("b", "")]), "a     1\nlong  2\nb");
    }
}
