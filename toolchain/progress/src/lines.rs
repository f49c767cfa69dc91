use std::time::{Duration, Instant};

use crate::{Progress, Step};

/// How often [`Lines`] writes during one step.
const BETWEEN_LINES: Duration = Duration::from_secs(20);

/// Progress as plain lines on standard error, for logs and wherever no terminal is there.
#[derive(Debug, Default)]
pub struct Lines {
    verbose: bool,
    step: Option<(Step, Instant)>,
}

impl Lines {
    /// Leaves cargo's own lines as they are if `verbose`.
    pub fn new(verbose: bool) -> Self {
        Self { verbose, step: None }
    }
}

impl Progress for Lines {
    fn begin(&mut self, step: &str, usual: Option<Duration>) {
        let step = Step::begin(step, usual);
        eprintln!("{}", step.opening());
        self.step = Some((step, Instant::now()));
    }

    fn advance(&mut self, done: u64, of: u64) {
        let Some((step, wrote)) = &mut self.step else { return };
        if wrote.elapsed() >= BETWEEN_LINES {
            *wrote = Instant::now();
            eprintln!("{}", step.state(done, of));
        }
    }

    fn end(&mut self) {
        if let Some((step, _)) = self.step.take() {
            eprintln!("{}", step.closing());
        }
    }

    fn shows_cargo(&self) -> bool {
        self.verbose
    }
}
