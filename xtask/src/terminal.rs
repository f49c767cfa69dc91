//! Progress for whoever is watching: a bar on a terminal, timed lines in a log.

use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use latchkey_toolchain::progress::{Lines, Progress, cores, remaining, spoken};

/// The progress that suits where standard error goes.
pub fn progress() -> Box<dyn Progress> {
    if stderr().is_terminal() { Box::new(Bar::default()) } else { Box::new(Lines::default()) }
}

/// A bar that says how long its step will still take.
#[derive(Debug, Default)]
struct Bar {
    step: Option<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    usual: Option<Duration>,
    began: Instant,
    bar: ProgressBar,
}

impl Progress for Bar {
    fn begin(&mut self, step: &str, usual: Option<Duration>) {
        let bar = ProgressBar::new_spinner().with_message(opening(step, usual));
        bar.enable_steady_tick(Duration::from_millis(120));
        self.step = Some(Step { name: step.to_owned(), usual, began: Instant::now(), bar });
    }

    fn advance(&mut self, done: u64, of: u64) {
        let Some(step) = &self.step else { return };
        if step.bar.length() != Some(of) {
            step.bar.set_length(of);
            step.bar.set_style(counted());
        }
        step.bar.set_position(done);
        let left = remaining(step.began.elapsed(), done, of, step.usual);
        let left = left.map(|left| format!(", about {} left", spoken(left))).unwrap_or_default();
        step.bar.set_message(format!("{}, {done}/{of} crates{left}", step.name));
    }

    fn end(&mut self) {
        if let Some(step) = self.step.take() {
            step.bar.finish_and_clear();
            eprintln!("{}: done in {}", step.name, spoken(step.began.elapsed()));
        }
    }
}

fn opening(step: &str, usual: Option<Duration>) -> String {
    match usual {
        Some(usual) => format!("{step}, about {} on {} cores", spoken(usual), cores()),
        None => step.to_owned(),
    }
}

fn counted() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} [{bar:24}] {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
