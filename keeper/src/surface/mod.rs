//! What the keeper tells about itself while it runs: metrics, health and status, over HTTP.

mod metrics;
mod progress;
mod reply;
mod server;
mod teller;
mod told;

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::core::{Core, Gauges, Health, LoanReport, Report};

pub use metrics::{Metrics, Outcome};
pub use progress::Stage;
pub use reply::{CallReply, LoanReply, LoanStanding, NextReply, StatusReply, WaitingReply, WorkReply};
pub use server::{Sources, router};
pub(crate) use teller::{Ended, Teller};
pub use told::Told;

/// How long the keeper may take to answer: it answers between two events.
const ANSWER: Duration = Duration::from_secs(5);
/// Questions that may wait for the keeper.
const QUEUE: usize = 16;

/// What a keeper tells while it runs, as it sees it.
pub struct Surface {
    /// How much it holds, after each event.
    pub gauges: watch::Sender<Gauges>,
    pub metrics: Arc<Metrics>,
    pub told: Arc<Told>,
    questions: mpsc::Receiver<Question>,
    /// Keeps the channel open where nobody asks.
    asker: Asker,
}

/// Asks a keeper while it runs. One that has stopped, or takes no question within five seconds, gives no answer.
#[derive(Clone)]
pub struct Asker(mpsc::Sender<Question>);

/// What is asked.
pub(crate) enum Question {
    Health(oneshot::Sender<Health>),
    Report { most: usize, reply: oneshot::Sender<Report> },
    Loan { loan: Pubkey, reply: oneshot::Sender<Option<LoanReport>> },
}

impl Default for Surface {
    fn default() -> Self {
        let (sender, questions) = mpsc::channel(QUEUE);
        Self {
            gauges: watch::Sender::default(),
            metrics: Arc::default(),
            told: Arc::default(),
            questions,
            asker: Asker(sender),
        }
    }
}

impl Surface {
    /// One that tells how much the keeper holds through `gauges`.
    pub fn measured(gauges: watch::Sender<Gauges>) -> Self {
        Self { gauges, ..Self::default() }
    }

    /// Asks the keeper that this surface is given to.
    pub fn asker(&self) -> Asker {
        self.asker.clone()
    }

    /// The next question.
    pub(crate) async fn question(&mut self) -> Option<Question> {
        self.questions.recv().await
    }
}

impl Question {
    /// Answers it. Whoever asked may have gone.
    pub(crate) fn answer(self, core: &Core) {
        match self {
            Self::Health(reply) => _ = reply.send(core.health()),
            Self::Report { most, reply } => _ = reply.send(core.report(most)),
            Self::Loan { loan, reply } => _ = reply.send(core.loan_report(&loan)),
        }
    }
}

impl Asker {
    /// How the keeper stands.
    pub async fn health(&self) -> Option<Health> {
        self.ask(Question::Health).await
    }

    /// What it waits for; of each kind, `most` loans.
    pub async fn report(&self, most: usize) -> Option<Report> {
        self.ask(|reply| Question::Report { most, reply }).await
    }

    /// What it knows of a loan. The inner `None` is a loan that it does not know.
    pub async fn loan(&self, loan: Pubkey) -> Option<Option<LoanReport>> {
        self.ask(|reply| Question::Loan { loan, reply }).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            self.0.send(question(reply)).await.ok()?;
            answer.await.ok()
        };
        timeout(ANSWER, asked).await.ok().flatten()
    }
}
