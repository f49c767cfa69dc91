//! What a process has used, as Linux tells it.

use std::fs;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Clock ticks in a second of `/proc`: Linux shows 100 to programs, whatever it uses itself.
const TICKS: f64 = 100.0;

/// Processor time and memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Usage {
    /// Processor time so far.
    pub cpu_secs: f64,
    /// Memory that it holds now.
    pub held_mb: f64,
    /// The most memory that it held.
    pub peak_mb: f64,
}

impl Usage {
    /// Of the process with this number.
    pub fn of(process: u32) -> Result<Self> {
        let read = |name| fs::read_to_string(format!("/proc/{process}/{name}"));
        Self::parse(&read("stat")?, &read("status")?).context("/proc tells something unknown of a process")
    }

    fn parse(stat: &str, status: &str) -> Option<Self> {
        // The name may hold spaces and parentheses: fields are counted behind its end.
        let (_, fields) = stat.rsplit_once(')')?;
        let mut ticks = fields.split_whitespace().skip(11).map(|field| field.parse::<f64>().ok());
        let (user, system) = (ticks.next()??, ticks.next()??);
        let megabytes = |name: &str| -> Option<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1_024.0)
        };
        Some(Self {
            cpu_secs: (user + system) / TICKS,
            held_mb: megabytes("VmRSS")?,
            peak_mb: megabytes("VmHWM")?,
        })
    }

    /// Processor time since `before`.
    pub fn cpu_since(&self, before: &Self) -> f64 {
        self.cpu_secs - before.cpu_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_a_name_with_spaces() {
        let stat = "42 (a (b) c) S 1 1 1 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 900 1 2\n";
        let status = "Name:\tx\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n";
        let usage = Usage::parse(stat, status).expect("it is complete");
        assert_eq!(usage, Usage { cpu_secs: 3.0, held_mb: 2.0, peak_mb: 4.0 });
        assert_eq!(Usage::parse(stat, "Name:\tx\n"), None);
    }

    #[test]
    fn this_process_can_be_asked() {
        let usage = Usage::of(std::process::id()).expect("this is Linux");
        assert!(usage.held_mb > 0.0 && usage.peak_mb >= usage.held_mb);
    }
}
