//! `latchkey-device run` as a process. Its simulated car is driven through standard input, and looked at in what it
//! prints.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio::time::sleep;

use crate::process::{Process, Spec};

/// How long the agent may take for what it does at once.
const LIMIT: Duration = Duration::from_secs(25);
const LOOK: Duration = Duration::from_millis(20);

/// A running agent of one car. It is killed when this is dropped.
#[derive(Debug)]
pub struct AgentProcess {
    pub process: Process,
}

/// A car as its agent prints it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Looks {
    /// `parked` or `running`.
    pub ignition: String,
    /// Whether its next start is inhibited.
    pub inhibited: bool,
    /// Messages of the warnings it has sounded.
    pub warnings: Vec<String>,
    /// How many starts were inhibited.
    pub refused_starts: u32,
}

#[derive(Deserialize)]
struct Line {
    car: Looks,
}

impl AgentProcess {
    /// Starts the agent `program`, which reads `config`, in `directory`. Returns once it controls the car.
    pub async fn start(program: PathBuf, directory: &Path, config: &Path) -> Result<Self> {
        let process = Spec::new("latchkey-device", program, directory)
            .args(["run", "--config"])
            .arg(config)
            .takes_input()
            .start()?;
        let mut agent = Self { process };
        agent.look().await?;
        Ok(agent)
    }

    /// The car's present state.
    pub async fn look(&mut self) -> Result<Looks> {
        self.type_until("state", |_| true).await
    }

    /// Types a line, and waits for a line, printed since, on which the car looks like `wanted`.
    pub async fn type_until(&mut self, line: &str, wanted: impl Fn(&Looks) -> bool) -> Result<Looks> {
        let before = self.process.output().len();
        let input = self.process.input().context("the agent takes no input")?;
        writeln!(input, "{line}").with_context(|| format!("typing {line} to the car"))?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let output = self.process.output();
            let mut lines = output.get(before..).unwrap_or_default().split_inclusive('\n');
            let found = lines.find_map(|line| {
                let whole = line.strip_suffix('\n')?;
                let Line { car } = serde_json::from_str(whole).ok()?;
                wanted(&car).then_some(car)
            });
            if let Some(found) = found {
                return Ok(found);
            }
            self.process.check(deadline, &format!("did not take {line:?}"))?;
            sleep(LOOK).await;
        }
    }
}
