use std::io::{self, Write};

use latchkey_harness::story::{Milestone, Observer};
use serde::Serialize;

use super::Teller;
use crate::play::Served;

/// For programs: one JSON object a line, `{"step": …, "time": …}`, and nothing about what is being waited for.
#[derive(Debug)]
pub struct Json<W> {
    out: W,
}

impl<W: Write> Json<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes a failure, which ends the story.
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

impl<W: Write + Send> Observer for Json<W> {
    fn milestone(&mut self, at: i64, milestone: &Milestone) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            #[serde(flatten)]
            milestone: &'a Milestone,
            time: i64,
        }
        self.line(&Line { milestone, time: at })
    }

    fn waiting(&mut self, _: &str, _: i64, _: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send> Teller for Json<W> {
    fn served(&mut self, served: &Served) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            step: &'a str,
            #[serde(flatten)]
            served: &'a Served,
        }
        self.line(&Line { step: "served", served })
    }

    fn observer(&mut self) -> &mut dyn Observer {
        self
    }
}
