//! Cargo as one step: its progress bar is read, and its lines are kept for when it fails.

use std::{
    io::{self, BufRead, BufReader, IsTerminal, Read, stderr},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use crate::Progress;

/// The verbs of lines that say that there is something to do.
const WORK: [&str; 8] = [
    "Blocking",
    "Checking",
    "Compiling",
    "Documenting",
    "Downloaded",
    "Downloading",
    "Installing",
    "Updating",
];

/// What a run of cargo has left.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Every line it wrote to standard error, its progress bar aside. Empty where it wrote them itself.
    pub said: String,
}

impl Finished {
    /// The compiler's lines without cargo's: warnings, of a build that succeeded.
    pub fn diagnostics(&self) -> String {
        let lines = self.said.lines().filter(|line| cargo_verb(line).is_none());
        let text = lines.collect::<Vec<_>>().join("\n");
        text.trim().to_owned()
    }
}

/// Runs cargo, or a command that runs it, as a step. It begins once there is something to do, so that a build of
/// nothing is silent.
///
/// Every line of standard output goes to `stdout`.
///
/// # Errors
///
/// If the command cannot be started. Its failure is in the result.
pub fn run(
    cargo: &mut Command,
    step: &str,
    usual: Option<Duration>,
    progress: &mut dyn Progress,
    stdout: impl FnMut(&str) + Send,
) -> io::Result<Finished> {
    cargo.stdin(Stdio::null()).stdout(Stdio::piped());
    if progress.shows_cargo() {
        let mut child = cargo.spawn()?;
        each_line(child.stdout.take(), stdout)?;
        return Ok(Finished { status: child.wait()?, said: String::new() });
    }
    let color = if stderr().is_terminal() { "always" } else { "never" };
    let mut child = cargo
        // Cargo draws its bar only on a terminal, and the numbers are in the bar.
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100")
        .env("CARGO_TERM_COLOR", color)
        .stderr(Stdio::piped())
        .spawn()?;
    let (messages, lines) = (child.stdout.take(), child.stderr.take());
    let mut said = String::new();
    let mut began = false;
    thread::scope(|scope| {
        let reader = scope.spawn(move || each_line(messages, stdout));
        each_line(lines, |line| {
            let text = plain(line);
            if let Some((done, of)) = bar(&text) {
                if began {
                    progress.advance(done, of);
                }
                return;
            }
            if text.trim().is_empty() && said.is_empty() {
                return;
            }
            if !began && cargo_verb(&text).is_some_and(|verb| WORK.contains(&verb)) {
                began = true;
                progress.begin(step, usual);
            }
            said += line.trim_start_matches("\u{1b}[K");
            said.push('\n');
        })?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    let status = child.wait()?;
    if began && status.success() {
        progress.end();
    }
    Ok(Finished { status, said })
}

/// The state of a build, from cargo's progress bar: `Building [==>   ] 312/741: serde, …`.
pub fn bar(line: &str) -> Option<(u64, u64)> {
    let (_, bar) = line.split_once("Building [")?;
    let (_, counts) = bar.split_once("] ")?;
    let (done, rest) = counts.split_once('/')?;
    let of = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((done.trim().parse().ok()?, of.parse().ok()?))
}

/// The verb of one of cargo's own lines, which stands right-justified in twelve columns: `   Compiling libc v0.2.0`.
pub fn cargo_verb(line: &str) -> Option<&str> {
    let (column, rest) = line.split_at_checked(12)?;
    let verb = column.trim_start();
    let is_verb = verb.len() > 3
        && verb.starts_with(|first: char| first.is_ascii_uppercase())
        && verb.chars().all(|c| c.is_ascii_alphabetic());
    (is_verb && rest.starts_with(' ')).then_some(verb)
}

/// A line without the terminal's colours and commands.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        text += before;
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).map_or(sequence.len(), |at| at + 1);
        rest = &sequence[end..];
    }
    text + rest
}

/// Calls `handle` for each piece of text that ends in a line feed or, as progress bars do, in a carriage return.
fn each_line(source: Option<impl Read>, mut handle: impl FnMut(&str)) -> io::Result<()> {
    let Some(source) = source else { return Ok(()) };
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    loop {
        let read = source.fill_buf()?;
        if read.is_empty() {
            break;
        }
        let length = read.len();
        for byte in read {
            match byte {
                b'\n' | b'\r' => {
                    handle(&String::from_utf8_lossy(&line));
                    line.clear();
                }
                other => line.push(*other),
            }
        }
        source.consume(length);
    }
    if !line.is_empty() {
        handle(&String::from_utf8_lossy(&line));
    }
    Ok(())
}
