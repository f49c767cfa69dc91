//! Looks at everything that a keeper needs, and says of each part whether it works and what to do if it does not. It changes
//! nothing: no transaction is sent and no car is called.

mod broker;
mod chain;
mod functions;
mod keys;
mod lenders;

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use serde::Serialize;

use crate::config::Config;

/// How well a part works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It works.
    Ok,
    /// The keeper works, but not as well as it could, or not for long.
    Warning,
    /// The keeper cannot do its work.
    Fault,
}

/// What was found of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The part, such as `rpc`.
    pub part: &'static str,
    /// Which of several; empty if there is one.
    pub subject: String,
    pub level: Level,
    pub found: String,
    /// What to do; empty if there is nothing to do.
    pub remedy: String,
}

/// Collects findings.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, part: &'static str, subject: impl Display, found: impl Display) {
        self.add(Level::Ok, part, &subject, &found, "");
    }

    fn warning(&mut self, part: &'static str, subject: impl Display, found: impl Display, remedy: &str) {
        self.add(Level::Warning, part, &subject, &found, remedy);
    }

    fn fault(&mut self, part: &'static str, subject: impl Display, found: impl Display, remedy: &str) {
        self.add(Level::Fault, part, &subject, &found, remedy);
    }

    fn add(
        &mut self,
        level: Level,
        part: &'static str,
        subject: &dyn Display,
        found: &dyn Display,
        remedy: &str,
    ) {
        let (subject, found, remedy) = (subject.to_string(), found.to_string(), remedy.to_owned());
        self.0.push(Finding { part, subject, level, found, remedy });
    }
}

/// Looks at everything that the configuration at `path` names.
pub async fn examine(path: &Path) -> Vec<Finding> {
    let mut findings = Findings::default();
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(error) => {
            let said = latchkey_link::redacted::RedactedError::new(&error);
            findings.fault("configuration", path.display(), said, "correct the file, or the variable");
            return findings.0;
        }
    };
    findings.ok("configuration", path.display(), "it is valid");
    let keys = keys::examine(&config, &mut findings);
    let chain = chain::examine(&config, &keys, &mut findings).await;
    broker::examine(&config, &keys, &mut findings).await;
    if let Some(chain) = chain {
        let offers = lenders::examine(&config, &keys, &chain, &mut findings).await;
        functions::examine(&config, &offers, &mut findings).await;
    }
    findings.0
}

/// The worst of what was found.
pub fn worst(findings: &[Finding]) -> Level {
    findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
}

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok     ",
            Level::Warning => "warning",
            Level::Fault => "FAULT  ",
        };
        write!(f, "{level} {}", self.part)?;
        if !self.subject.is_empty() {
            write!(f, " {}", self.subject)?;
        }
        write!(f, ": {}", self.found)?;
        if !self.remedy.is_empty() {
            write!(f, "\n        do: {}", self.remedy)?;
        }
        Ok(())
    }
}
