//! The machine that a bench runs on.

use std::fmt;
use std::fs;
use std::thread;

use serde::Serialize;

/// A machine, and how busy it was before the bench.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// How many threads run at once.
    pub cores: usize,
    /// The processor's name.
    pub processor: String,
    /// Threads that wanted to run during the last minute, on average, as Linux counts them.
    pub load: f64,
}

impl Machine {
    /// This one. Call it before the bench starts anything.
    pub fn here() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        Self {
            cores: thread::available_parallelism().map_or(1, std::num::NonZero::get),
            processor: processor(&read("/proc/cpuinfo")).to_owned(),
            load: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, processor, load } = self;
        write!(formatter, "{cores} cores of {processor}; load average {load:.1} when it began")
    }
}

fn processor(cpuinfo: &str) -> &str {
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or("an unnamed processor", |(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_the_first_one_that_has_a_name() {
        let listed = "processor\t: 0\nmodel name\t: One @ 2 GHz\n\nprocessor\t: 1\nmodel name\t: Two\n";
        assert_eq!(processor(listed), "One @ 2 GHz");
        assert_eq!(processor("processor\t: 0\n"), "an unnamed processor");
    }
}
