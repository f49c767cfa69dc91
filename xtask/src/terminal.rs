//! Progress for whoever is watching: a bar on a terminal, timed lines in a log.

use std::{
    fmt,
    io::{IsTerminal, stderr},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use latchkey_progress::{Lines, Progress, Step, cargo, cores, spoken};

/// Where commands report their steps to, on standard error.
pub struct Terminal {
    progress: Box<dyn Progress>,
    number: usize,
    of: usize,
}

impl Terminal {
    /// The progress that suits where standard error goes. Cargo writes its own lines if `verbose`.
    pub fn new(verbose: bool) -> Self {
        let progress: Box<dyn Progress> = if stderr().is_terminal() {
            Box::new(Bar { verbose, step: None })
        } else {
            Box::new(Lines::new(verbose))
        };
        Self { progress, number: 0, of: 0 }
    }

    /// Says how long all steps together usually take, and numbers them from here on. Silent where there are none.
    pub fn announce(&mut self, what: &str, steps: &[Duration]) {
        (self.number, self.of) = (0, steps.len());
        if self.of > 0 {
            let steps_in_words = if self.of == 1 { "1 step" } else { &format!("{} steps", self.of) };
            let time = spoken(steps.iter().sum());
            eprintln!("{what}: {steps_in_words}, about {time} on {} cores", cores());
        }
    }

    /// Runs cargo as a step, which begins only if there is something to do. Its lines are shown if it fails, the
    /// compiler's warnings in any case.
    pub fn cargo(&mut self, command: &mut Command, step: &str, usual: Option<Duration>) -> Result<()> {
        let finished = cargo::run(command, step, usual, self, |_| {})
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        if !finished.status.success() {
            bail!("{step} failed\n{}", finished.said);
        }
        let diagnostics = finished.diagnostics();
        if !diagnostics.is_empty() {
            eprintln!("{diagnostics}");
        }
        Ok(())
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Terminal")
            .field("number", &self.number)
            .field("of", &self.of)
            .finish_non_exhaustive()
    }
}

impl Progress for Terminal {
    fn begin(&mut self, step: &str, usual: Option<Duration>) {
        // Only steps with an estimate were announced: a build that only goes on has none.
        if usual.is_some() && self.number < self.of {
            self.number += 1;
            self.progress.begin(&format!("{}/{} {step}", self.number, self.of), usual);
        } else {
            self.progress.begin(step, usual);
        }
    }

    fn advance(&mut self, done: u64, of: u64) {
        self.progress.advance(done, of);
    }

    fn end(&mut self) {
        self.progress.end();
    }

    fn shows_cargo(&self) -> bool {
        self.progress.shows_cargo()
    }
}

/// A bar that says how long its step will still take.
#[derive(Debug)]
struct Bar {
    verbose: bool,
    step: Option<(Step, ProgressBar)>,
}

impl Progress for Bar {
    fn begin(&mut self, step: &str, usual: Option<Duration>) {
        let step = Step::begin(step, usual);
        let bar = ProgressBar::new_spinner().with_message(step.opening());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.step = Some((step, bar));
    }

    fn advance(&mut self, done: u64, of: u64) {
        let Some((step, bar)) = &self.step else { return };
        if bar.length() != Some(of) {
            bar.set_length(of);
            bar.set_style(counted());
        }
        bar.set_position(done);
        bar.set_message(step.state(done, of));
    }

    fn end(&mut self) {
        if let Some((step, bar)) = self.step.take() {
            bar.finish_and_clear();
            eprintln!("{}", step.closing());
        }
    }

    fn shows_cargo(&self) -> bool {
        self.verbose
    }
}

fn counted() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} [{bar:24}] {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
