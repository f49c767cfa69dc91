use std::io::{self, Write};

use latchkey_harness::story::{Audience, Step};
use serde::Serialize;

/// Tells a program: one JSON object a line, `{"step": …, "time": …}`, and nothing about what is being waited for.
#[derive(Debug)]
pub struct Json<W> {
    out: W,
}

impl<W: Write> Json<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Tells of a failure, which ends the story.
    pub fn failed(&mut self, error: &str) -> io::Result<()> {
        #[derive(Serialize)]
        struct Failed<'a> {
            step: &'a str,
            error: &'a str,
        }
        self.line(&Failed { step: "failed", error })
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

impl<W: Write + Send> Audience for Json<W> {
    fn step(&mut self, at: i64, step: &Step) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            #[serde(flatten)]
            step: &'a Step,
            time: i64,
        }
        self.line(&Line { step, time: at })
    }

    fn waiting(&mut self, _: &str, _: i64, _: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}
