//! Receipts: new ones, refusals, and those that were signed before.

use latchkey_protocol::sealed::{Envelope, SEAL_LEN};
use latchkey_protocol::{Action, Outcome, Receipt};

use super::{Agent, Answer, Asked, Decision, Line, SignedReceipt};
use crate::identity::Ignored;
use crate::state::{Lock, Obeyed, State};

impl Agent {
    /// What follows if the command's number is not new.
    pub(super) fn known(&self, asked: &Asked<'_>) -> Result<Option<Decision>, Ignored> {
        let command = asked.command;
        let line = if command.action == Action::Warn { Line::Warnings } else { Line::Locks };
        match self.newest(line) {
            Some(newest) if command.seq == newest.seq => {
                if command.invocation != newest.invocation {
                    return Err(Ignored::OtherInvocation);
                }
                if !newest.lapsed {
                    return Ok(Some(self.repeat(asked, line)));
                }
            }
            Some(newest) if command.seq < newest.seq => return Ok(Some(self.older(asked))),
            None if self.state.old_numbers.is_some_and(|old| command.seq <= old) => {
                return Ok(Some(self.older(asked)));
            }
            _ => {}
        }
        // A warning is no longer due once a newer lock or unlock has been obeyed. Not the other way round: warnings
        // supersede nothing.
        let late =
            line == Line::Warnings && self.state.last.as_ref().is_some_and(|last| command.seq < last.seq);
        Ok(late.then(|| self.older(asked)))
    }

    /// Answers an older command with the receipt that was signed for it, or says that a newer one was obeyed.
    fn older(&self, asked: &Asked<'_>) -> Decision {
        let State { last, warned, earlier, .. } = &self.state;
        let stored = earlier.iter().chain(last).chain(warned).find(|obeyed| {
            (obeyed.seq, obeyed.invocation) == (asked.command.seq, asked.command.invocation) && !obeyed.lapsed
        });
        match stored {
            Some(stored) => Decision::answer(SignedReceipt::of(stored)),
            None => self.refuse(asked, Outcome::RefusedSuperseded),
        }
    }

    /// Answers the command already obeyed with the stored receipt. A copy with more time, from the next lease of the
    /// same invocation, keeps an armed lock waiting longer.
    fn repeat(&self, asked: &Asked<'_>, line: Line) -> Decision {
        let mut remember = None;
        if let (Lock::Armed { lease, window }, Action::Lock, Some(unix)) =
            (self.state.lock, asked.command.action, asked.judged_at())
        {
            let longer = asked.window(unix);
            if !longer.is_over() && longer.until > window.until {
                let lock = Lock::Armed { lease, window: longer };
                remember = Some(self.marked(State { lock, ..self.state.clone() }));
            }
        }
        Decision {
            remember,
            release: self.must_release(&self.state),
            actuations: self.outstanding(&self.state),
            answer: Some(Answer::Promise(line)),
            ..Decision::NOTHING
        }
    }

    /// A signed refusal. It does not use up the sequence number, which may come again in a command that can be obeyed.
    pub(super) fn refuse(&self, asked: &Asked<'_>, outcome: Outcome) -> Decision {
        Decision::answer(self.refusal(asked, outcome))
    }

    pub(super) fn refusal(&self, asked: &Asked<'_>, outcome: Outcome) -> SignedReceipt {
        SignedReceipt { invocation: asked.command.invocation, receipt: self.receipt(asked, outcome) }
    }

    pub(super) fn receipt(&self, asked: &Asked<'_>, outcome: Outcome) -> Vec<u8> {
        let Asked { command, hash, device_time, .. } = *asked;
        self.sign(&Receipt {
            program: command.program,
            vehicle: command.vehicle,
            invocation: command.invocation,
            seq: command.seq,
            action: command.action,
            outcome,
            device_time,
            command_hash: hash,
        })
    }

    /// A command obeyed just now.
    pub(super) fn new_receipt(&self, asked: &Asked<'_>, outcome: Outcome) -> Obeyed {
        Obeyed {
            seq: asked.command.seq,
            invocation: asked.command.invocation,
            receipt: self.receipt(asked, outcome),
            lapsed: false,
        }
    }

    /// A command that had no effect after all, with a new receipt that says so.
    pub(super) fn lapsed(
        &self,
        obeyed: Option<&Obeyed>,
        outcome: Outcome,
        device_time: i64,
    ) -> Option<Obeyed> {
        self.resigned(obeyed, outcome, device_time).map(|obeyed| Obeyed { lapsed: true, ..obeyed })
    }

    /// A command obeyed, with a new receipt for what became of it since.
    pub(super) fn resigned(
        &self,
        obeyed: Option<&Obeyed>,
        outcome: Outcome,
        device_time: i64,
    ) -> Option<Obeyed> {
        let obeyed = obeyed?;
        let stored = obeyed.receipt.get(SEAL_LEN..).and_then(|payload| Receipt::decode(payload).ok())?;
        let receipt = self.sign(&Receipt { outcome, device_time, ..stored });
        Some(Obeyed { receipt, ..obeyed.clone() })
    }

    fn sign(&self, receipt: &Receipt) -> Vec<u8> {
        self.seal(&receipt.encode())
    }

    /// A message of this car, signed, as it travels.
    pub(super) fn seal(&self, message: &[u8]) -> Vec<u8> {
        Envelope::seal(&self.identity.device_key, message).to_bytes()
    }
}
