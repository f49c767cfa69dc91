//! The function itself: the pure parts in order, with the effects between them.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::sealed::{Envelope, sha256};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout_at};
use tracing::{Instrument as _, debug, info, info_span};

use crate::answer::{Answer, Awaited, judge};
use crate::chain::ChainReader;
use crate::config::FunctionConfig;
use crate::courier::{Answers, Courier, Parcel};
use crate::keys::CommandKeys;
use crate::outcome::{Outcome, Refusal, Waiting};
use crate::request::Asked;
use crate::snapshot::Snapshot;
use crate::stats::{Counters, FunctionStats};
use crate::{command, gate};

/// The car functions of every lender whose command keys it holds. Cheap to clone; any number of requests run at once.
#[derive(Clone)]
pub struct Function {
    inner: Arc<Inner>,
}

struct Inner {
    config: FunctionConfig,
    keys: CommandKeys,
    chain: Arc<dyn ChainReader>,
    courier: Arc<dyn Courier>,
    counters: Counters,
}

impl Function {
    /// A function that reads `chain`, signs with `keys` and sends through `courier`.
    pub fn new(
        config: FunctionConfig,
        keys: CommandKeys,
        chain: Arc<dyn ChainReader>,
        courier: Arc<dyn Courier>,
    ) -> Self {
        Self { inner: Arc::new(Inner { config, keys, chain, courier, counters: Counters::default() }) }
    }

    /// Has the car do what the signed request names, and waits for its word at most `limit`. A warning or a lock is done
    /// for the keeper that holds its lease, an unlock for whoever asks.
    ///
    /// Ask as often as you like: the same call yields the same command, and a car obeys a command once.
    pub async fn handle(&self, request: &[u8], limit: Duration) -> Outcome {
        let deadline = Instant::now() + limit;
        let outcome = match Asked::open(request) {
            Err(refusal) => Outcome::Refused(refusal),
            Ok(asked) => {
                let span = info_span!("function", invocation = %asked.invocation, keeper = %asked.keeper);
                self.fulfil(&asked, deadline).instrument(span).await.unwrap_or_else(Outcome::Refused)
            }
        };
        self.inner.counters.count(&outcome);
        outcome
    }

    /// What it has done since it started.
    pub fn stats(&self) -> FunctionStats {
        self.inner.counters.stats()
    }

    async fn fulfil(&self, asked: &Asked, deadline: Instant) -> Result<Outcome, Refusal> {
        let Inner { config, keys, courier, counters, .. } = &*self.inner;
        let snapshot = self.permitted(asked, deadline).await?;
        asked.check_fresh(snapshot.now, config.freshness_secs)?;

        let invocation = &snapshot.invocation;
        let key = keys.first_of(snapshot.command_keys()).ok_or_else(|| {
            Refusal::UnknownCommandKeys(snapshot.command_keys().map(|key| key.to_string()).collect())
        })?;
        let not_after = command::not_after(&snapshot).ok_or(Refusal::Unclaimed)?;
        let command = command::write(&snapshot, &config.messages)
            .ok_or(Refusal::Unclaimed)?
            .map_err(Refusal::Message)?;
        let envelope = Envelope::seal(key, &command);
        counters.commands_signed.add();
        info!(
            vehicle = %invocation.vehicle, seq = invocation.seq, action = ?invocation.action, not_after,
            "command signed"
        );

        let awaited = Awaited {
            device_key: snapshot.vehicle.device_key.to_bytes(),
            vehicle: invocation.vehicle.to_bytes(),
            invocation: asked.invocation.to_bytes(),
            seq: invocation.seq,
            action: invocation.action,
            command_hash: sha256(&command),
        };
        let answers = courier.dispatch(Parcel {
            vehicle: invocation.vehicle,
            invocation: asked.invocation,
            envelope: envelope.to_bytes(),
            // The gate made sure that it is not over; through its last second it is good.
            expires_in: Duration::from_secs(not_after.abs_diff(snapshot.now).saturating_add(1)),
        });
        self.wait(asked, &awaited, answers, deadline).await
    }

    /// Reads the chain, and returns what it says if the asker may have this done now.
    async fn permitted(&self, asked: &Asked, deadline: Instant) -> Result<Snapshot, Refusal> {
        let read = Snapshot::read(&*self.inner.chain, asked.invocation);
        let snapshot = timeout_at(deadline, read).await.map_err(|_| Refusal::ChainSlow)??;
        gate::check(&snapshot, &asked.keeper)?;
        Ok(snapshot)
    }

    /// Listens until the car has done it or refused, the chain takes the permission back, or time is up.
    async fn wait(
        &self,
        asked: &Asked,
        awaited: &Awaited,
        mut answers: Answers,
        deadline: Instant,
    ) -> Result<Outcome, Refusal> {
        let period = Duration::from_secs(self.inner.config.recheck_secs.max(1).into());
        let mut recheck = interval_at(Instant::now() + period, period);
        recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut armed = false;
        loop {
            tokio::select! {
                // What the car says comes first: work that is done is paid.
                biased;
                message = answers.next() => match judge(awaited, &message.ok_or(Refusal::CourierGone)?) {
                    Ok(Answer::Applied(proof)) => {
                        info!(device_time = proof.receipt.device_time, "the car did it and signed for it");
                        return Ok(Outcome::Done(proof));
                    }
                    Ok(Answer::Armed) => armed = true,
                    Ok(Answer::Refused(refusal)) => return Err(refusal),
                    Err(ignored) => {
                        self.inner.counters.answers_ignored.add();
                        debug!(%ignored, "no answer to what was asked");
                    }
                },
                () = sleep_until(deadline) => break,
                _ = recheck.tick() => match self.permitted(asked, deadline).await {
                    Ok(_) => {}
                    Err(Refusal::ChainSlow) => break,
                    Err(refusal) => return Err(refusal),
                },
            }
        }
        if armed || answers.is_sent() {
            Ok(Outcome::Waiting(Waiting { armed }))
        } else {
            Err(Refusal::NotSent)
        }
    }
}
