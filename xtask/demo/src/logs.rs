//! Where the logs go: shown as they come if `RUST_LOG` asks for it, otherwise kept until something fails.

use std::{
    collections::VecDeque,
    env, fs,
    io::{self, Write, stderr},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::sleep;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// Messages kept for a failure.
const KEPT: usize = 30;
const LOOK: Duration = Duration::from_millis(100);

/// Whether `RUST_LOG` asks for logs.
pub fn are_wanted() -> bool {
    env::var_os(EnvFilter::DEFAULT_ENV).is_some_and(|filter| !filter.is_empty())
}

/// The last messages of this process, unless they are shown as they come.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<Mutex<VecDeque<String>>>);

impl Kept {
    /// Shows or keeps everything that this process logs from now on.
    pub fn start() -> Self {
        let kept = Self::default();
        let subscriber = tracing_subscriber::fmt();
        if are_wanted() {
            subscriber.with_env_filter(EnvFilter::from_default_env()).with_writer(stderr).init();
        } else {
            subscriber.with_env_filter("info").with_ansi(false).with_writer(kept.clone()).init();
        }
        kept
    }

    /// The last messages.
    pub fn tail(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(String::as_str).collect()
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The subscriber writes one message at a time.
impl Write for Kept {
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(String::from_utf8_lossy(message).into_owned());
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Shows what processes write to their log files, for as long as it is polled.
pub async fn follow(files: Vec<PathBuf>) {
    let mut shown = vec![0; files.len()];
    loop {
        for (file, shown) in files.iter().zip(&mut shown) {
            let written = fs::read(file).unwrap_or_default();
            let new = written.get(*shown..).unwrap_or_default();
            // A line that is not whole yet waits for its end.
            let whole = new.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            let _ = stderr().write_all(&new[..whole]);
            *shown += whole;
        }
        sleep(LOOK).await;
    }
}
