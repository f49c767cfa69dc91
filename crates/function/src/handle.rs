//! The function itself: the pure parts in order, with the effects between them.

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::sha256;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout_at};
use tracing::{Instrument as _, debug, info, info_span};

use crate::answer::{Answer, Awaited, judge};
use crate::chain::ChainReader;
use crate::codes::CodeKey;
use crate::config::FunctionConfig;
use crate::courier::{Answers, Courier, Parcel};
use crate::gate;
use crate::outcome::{Outcome, Refusal, SignedCommand, Waiting};
use crate::request::Asked;
use crate::sign::{Ready, Wanted, write};
use crate::signer::CommandSigner;
use crate::snapshot::{Seen, Snapshot};
use crate::stats::{Counters, FunctionStats};

/// The car functions of every lender whose command keys it signs with. Cheap to clone; any number of requests run at once.
#[derive(Clone)]
pub struct Function {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    config: FunctionConfig,
    pub signer: Box<dyn CommandSigner>,
    chain: Arc<dyn ChainReader>,
    pub courier: Arc<dyn Courier>,
    counters: Counters,
    code_key: Option<CodeKey>,
}

/// A call with all that an asker can say about it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The signed `Invoke`.
    pub request: &'a [u8],
    /// What the asker has seen on the chain.
    pub seen: Seen,
    /// The command with signatures of other functions, if it needs several.
    pub gathered: Option<&'a Cosigned>,
    /// How long it may take.
    pub limit: Duration,
}

/// For whom an unlock is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeliversTo {
    /// Whoever has this function at hand.
    Everybody,
    /// The lender's keepers and the borrower. Others get the signed unlock, and carry it themselves.
    Parties,
}

impl Function {
    /// A function that reads `chain`, has commands signed by `signer` and sends through `courier`.
    pub fn new(
        config: FunctionConfig,
        signer: impl CommandSigner + 'static,
        chain: Arc<dyn ChainReader>,
        courier: Arc<dyn Courier>,
    ) -> Self {
        Self::with_codes(config, signer, chain, courier, None)
    }

    /// The same, and it gives a code out beside each unlock that it only signs.
    pub fn with_codes(
        config: FunctionConfig,
        signer: impl CommandSigner + 'static,
        chain: Arc<dyn ChainReader>,
        courier: Arc<dyn Courier>,
        code_key: Option<CodeKey>,
    ) -> Self {
        let (signer, counters) = (Box::new(signer), Counters::default());
        Self { inner: Arc::new(Inner { config, signer, chain, courier, counters, code_key }) }
    }

    /// Has the car do what the signed request names, and waits for its word at most `limit`. A warning or a lock is done
    /// for the keeper that holds its lease, an unlock for whoever asks.
    ///
    /// Ask as often as you like: the same call yields the same command, and a car obeys a command once.
    pub async fn handle(&self, request: &[u8], limit: Duration) -> Outcome {
        self.deliver(Call { request, seen: Seen::default(), gathered: None, limit }).await
    }

    /// The same for an asker that knows which accounts belong to the call, so that the chain is read once instead of three
    /// times, or that has gathered the signatures of other functions.
    pub async fn deliver(&self, call: Call<'_>) -> Outcome {
        self.run(call, DeliversTo::Everybody).await
    }

    /// The same for a call from outside: an unlock is delivered for the lender's keepers and the borrower. Everybody else
    /// gets it signed, while it is due.
    pub async fn handle_from_outside(&self, call: Call<'_>) -> Outcome {
        self.run(call, DeliversTo::Parties).await
    }

    /// Signs the command that the request names, and sends nothing: other functions must sign the same bytes before a car
    /// obeys. The same gate stands before it. A command that one key signs is sent, not handed out.
    pub async fn sign(&self, call: Call<'_>) -> Outcome {
        let signs = async |asked: &Asked, deadline| {
            let snapshot = self.permitted(asked, call.seen, deadline).await?;
            if snapshot.invocation.required <= 1 && snapshot.invocation.action != Action::Unlock {
                return Err(Refusal::SignsAlone);
            }
            asked.check_fresh(snapshot.now, self.inner.config.freshness_secs)?;
            let signs = self.signed(&snapshot, call.gathered, Wanted::Some, deadline);
            let Ready { signed, not_after } = signs.await?;
            Ok(Outcome::Signed(SignedCommand { envelope: signed, not_after, code: None }))
        };
        self.opened(call, signs).await
    }

    /// The unlock that `invocation` asks for, signed, while it is due.
    pub async fn unlock(&self, invocation: Pubkey, seen_slot: Option<u64>, limit: Duration) -> Outcome {
        let span = info_span!("function", %invocation);
        let deadline = Instant::now() + limit;
        let signed = async {
            let seen = Seen { slot: seen_slot, accounts: None };
            let snapshot = self.snapshot(invocation, seen, deadline).await?;
            if snapshot.invocation.action != Action::Unlock {
                return Err(Refusal::OnlyUnlocks);
            }
            gate::check(&snapshot, &Pubkey::default())?;
            self.sign_only(&snapshot, deadline).await
        };
        self.counted(signed.instrument(span).await)
    }

    /// What it has done since it started.
    pub fn stats(&self) -> FunctionStats {
        self.inner.counters.stats()
    }

    /// The public keys that it signs with.
    pub fn keys(&self) -> Vec<Pubkey> {
        self.inner.signer.keys()
    }

    /// What cars know of its code key: an X25519 key.
    pub fn code_key(&self) -> Option<Pubkey> {
        self.inner.code_key.as_ref().map(|key| Pubkey::from(key.public()))
    }

    /// The chain that it reads.
    pub fn chain(&self) -> &dyn ChainReader {
        &*self.inner.chain
    }

    async fn run(&self, call: Call<'_>, delivers_to: DeliversTo) -> Outcome {
        let fulfils = async |asked: &Asked, deadline| self.fulfil(asked, &call, delivers_to, deadline).await;
        self.opened(call, fulfils).await
    }

    /// Does this for a request that is what it claims to be.
    async fn opened(
        &self,
        call: Call<'_>,
        work: impl AsyncFnOnce(&Asked, Instant) -> Result<Outcome, Refusal>,
    ) -> Outcome {
        let deadline = Instant::now() + call.limit;
        let result = match Asked::open(call.request) {
            Err(refusal) => Err(refusal),
            Ok(asked) => {
                let span = info_span!("function", invocation = %asked.invocation, keeper = %asked.keeper);
                work(&asked, deadline).instrument(span).await
            }
        };
        self.counted(result)
    }

    pub(crate) fn counted(&self, result: Result<Outcome, Refusal>) -> Outcome {
        let outcome = result.unwrap_or_else(Outcome::Refused);
        self.inner.counters.count(&outcome);
        outcome
    }

    async fn fulfil(
        &self,
        asked: &Asked,
        call: &Call<'_>,
        delivers_to: DeliversTo,
        deadline: Instant,
    ) -> Result<Outcome, Refusal> {
        let seen = call.seen;
        let snapshot = self.permitted(asked, seen, deadline).await?;
        if delivers_to == DeliversTo::Parties && !is_party(&snapshot, &asked.keeper) {
            return self.sign_only(&snapshot, deadline).await;
        }
        asked.check_fresh(snapshot.now, self.inner.config.freshness_secs)?;
        let signs = self.signed(&snapshot, call.gathered, Wanted::All, deadline);
        let Ready { signed, not_after } = signs.await?;
        let invocation = &snapshot.invocation;
        let awaited = Awaited {
            device_key: snapshot.vehicle.device_key.to_bytes(),
            vehicle: invocation.vehicle.to_bytes(),
            invocation: asked.invocation.to_bytes(),
            seq: invocation.seq,
            action: invocation.action,
            command_hash: sha256(&signed.payload),
        };
        let mut answers = self.inner.courier.dispatch(Parcel {
            vehicle: invocation.vehicle,
            invocation: asked.invocation,
            envelope: signed.to_bytes(),
            // The gate made sure that it is not over; through its last second it is good.
            expires_in: Duration::from_secs(not_after.abs_diff(snapshot.now).saturating_add(1)),
        });
        let outcome = self.wait(asked, seen, &awaited, &mut answers, deadline).await;
        answers.end().await;
        outcome
    }

    async fn sign_only(&self, snapshot: &Snapshot, deadline: Instant) -> Result<Outcome, Refusal> {
        let Ready { signed, not_after } = self.signed(snapshot, None, Wanted::All, deadline).await?;
        let code = self.inner.code_key.as_ref().and_then(|key| key.code(snapshot));
        Ok(Outcome::Signed(SignedCommand { envelope: signed, not_after, code }))
    }

    /// The command with what others have signed and what this function adds.
    async fn signed(
        &self,
        snapshot: &Snapshot,
        gathered: Option<&Cosigned>,
        wanted: Wanted,
        deadline: Instant,
    ) -> Result<Ready, Refusal> {
        let Inner { config, signer, counters, .. } = &*self.inner;
        let unsigned = write(snapshot, &config.messages)?;
        let signs = unsigned.sign(&**signer, gathered, wanted, counters);
        timeout_at(deadline, signs).await.map_err(|_| Refusal::SignerSlow)?
    }

    async fn snapshot(&self, invocation: Pubkey, seen: Seen, deadline: Instant) -> Result<Snapshot, Refusal> {
        let read = Snapshot::read(&*self.inner.chain, invocation, seen);
        timeout_at(deadline, read).await.map_err(|_| Refusal::ChainSlow)?
    }

    /// Reads the chain, and returns what it says if the asker may have this done now.
    async fn permitted(&self, asked: &Asked, seen: Seen, deadline: Instant) -> Result<Snapshot, Refusal> {
        let snapshot = self.snapshot(asked.invocation, seen, deadline).await?;
        gate::check(&snapshot, &asked.keeper)?;
        Ok(snapshot)
    }

    /// Listens until the car has done it or refused, the chain takes the permission back, or time is up.
    async fn wait(
        &self,
        asked: &Asked,
        seen: Seen,
        awaited: &Awaited,
        answers: &mut Answers,
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
                message = answers.next() => {
                    let Some(message) = message else {
                        if answers.is_one_way() {
                            break;
                        }
                        return Err(Refusal::CourierGone);
                    };
                    match judge(awaited, &message) {
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
                    }
                }
                () = sleep_until(deadline) => break,
                _ = recheck.tick() => match self.permitted(asked, seen, deadline).await {
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

/// Whether the asker is the borrower or a keeper of the lender. With an open list of keepers, everybody is one.
fn is_party(snapshot: &Snapshot, asker: &Pubkey) -> bool {
    *asker == snapshot.loan.borrower || snapshot.lender.allows_keeper(asker)
}
