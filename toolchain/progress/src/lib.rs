//! Long work as steps: how far each is, and how long it will still take.
//!
//! [`Progress`] is where steps report to, [`Lines`] the plain one for logs, and [`cargo`] runs cargo as a step.

mod lines;
mod time;

pub mod cargo;

pub use lines::Lines;
pub use time::{cores, remaining, spoken, usual};

use std::time::{Duration, Instant};

/// Where long work reports to: a terminal, a log, nowhere.
pub trait Progress {
    /// A step begins, which usually takes so long on this machine.
    fn begin(&mut self, step: &str, usual: Option<Duration>);

    /// So much of the step is done.
    fn advance(&mut self, done: u64, of: u64);

    /// The step has ended well.
    fn end(&mut self);

    /// Whether cargo writes its own lines instead of being shown as a step.
    fn shows_cargo(&self) -> bool {
        false
    }
}

/// A step under way, in words.
#[derive(Debug, Clone)]
pub struct Step {
    name: String,
    usual: Option<Duration>,
    began: Instant,
}

impl Step {
    /// A step that begins now.
    pub fn begin(name: &str, usual: Option<Duration>) -> Self {
        Self { name: name.to_owned(), usual, began: Instant::now() }
    }

    /// The line at its beginning: `tests: building, about 3 min on 2 cores`.
    pub fn opening(&self) -> String {
        match self.usual {
            Some(usual) => format!("{}, about {} on {} cores", self.name, spoken(usual), cores()),
            None => self.name.clone(),
        }
    }

    /// The line on the way: `tests: building: 312/741, about 40 s left`.
    pub fn state(&self, done: u64, of: u64) -> String {
        let line = format!("{}: {done}/{of}", self.name);
        match remaining(self.began.elapsed(), done, of, self.usual) {
            Some(left) => format!("{line}, about {} left", spoken(left)),
            None => line,
        }
    }

    /// The line at its end: `tests: building: done in 3 min`.
    pub fn closing(&self) -> String {
        format!("{}: done in {}", self.name, spoken(self.began.elapsed()))
    }
}
