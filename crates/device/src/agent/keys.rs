//! Orders that change whom the car obeys.

use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::sha256;
use latchkey_protocol::{Action, HandOver, HandOverReceipt, Key, Outcome, Release};

use super::{Agent, Answer, Decision, Line, SignedReceipt};
use crate::identity::Ignored;
use crate::keyring::Keyring;
use crate::state::{Lock, State};
use crate::trusted::{SKEW, Trusted};

impl Agent {
    /// Whose commands the car obeys.
    pub fn keyring(&self) -> &Keyring {
        self.keyring_in(&self.state)
    }

    fn keyring_in<'a>(&'a self, state: &'a State) -> &'a Keyring {
        state.keyring.as_ref().unwrap_or(&self.identity.keyring)
    }

    /// Takes the keyring of an order that the root key signed, and the borrower where it could harm them. The receipt
    /// says which keyring is obeyed then, whether or not it is this one.
    pub(super) fn hand_over(
        &self,
        signed: &Cosigned,
        order: &HandOver,
        device_time: i64,
    ) -> Result<Decision, Ignored> {
        let by = |key: &Key| signed.signers().any(|signer| signer == key);
        if !self.identity.root.as_ref().is_some_and(by) {
            return Err(Ignored::Untrusted);
        }
        if self.may_lack_the_newest() {
            return Err(Ignored::NeedsService);
        }
        let next = Keyring::ordered(order);
        let now = self.time.map(Trusted::latest);
        let agreed = self.keyring().must_agree(&next, now).is_none_or(|borrower| by(&borrower));
        // A time ahead would keep the release out that comes when the loan has ended.
        let issued = now.is_some_and(|now| order.issued_at <= now.saturating_add_unsigned(SKEW));
        if order.nonce != self.state.nonce || !agreed || !issued {
            return Ok(Decision::answer(self.keyring_receipt(device_time)));
        }
        let mut state = self.with_new_numbers(order.seq, device_time);
        state.keyring = Some(next);
        state.nonce = sha256(&signed.payload);
        Ok(self.change_keys(state, device_time))
    }

    /// Obeys unlocks alone from now on, because the loan has ended.
    pub(super) fn release(
        &self,
        signed: &Cosigned,
        order: Release,
        device_time: i64,
    ) -> Result<Decision, Ignored> {
        let keyring = self.keyring();
        if !keyring.may(signed.signers(), Action::Unlock, None) {
            return Err(Ignored::Untrusted);
        }
        if order.issued_at < keyring.issued_at {
            return Err(Ignored::Outdated);
        }
        if self.may_lack_the_newest() {
            return Err(Ignored::NeedsService);
        }
        let released = keyring.released(order.issued_at);
        if released == (Keyring { issued_at: order.issued_at, ..keyring.clone() }) {
            return Ok(Decision::answer(self.keyring_receipt(device_time)));
        }
        let mut state = self.unlocked(device_time);
        state.keyring = Some(released);
        Ok(self.change_keys(state, device_time))
    }

    /// To obey this state's keyring. It counts at once; the receipt is published once it is safe on disk.
    fn change_keys(&self, mut state: State, device_time: i64) -> Decision {
        state.handed = Some(self.sign_keyring(&state, device_time));
        Decision { release: true, answer: Some(Answer::Promise(Line::Keys)), ..self.turn_to(state) }
    }

    /// The state without any lock or warning that may still begin. Their numbers stay used up, and their receipts say that
    /// they were superseded.
    fn unlocked(&self, device_time: i64) -> State {
        let superseded = |dropped| self.lapsed(dropped, Outcome::RefusedSuperseded, device_time);
        let mut state = self.over();
        if state.warning.take().is_some() {
            state.warned = superseded(self.state.warned.as_ref());
        }
        if matches!(self.state.lock, Lock::Armed { .. }) {
            state.last = superseded(self.state.last.as_ref());
        }
        state
    }

    /// The state in which commands up to this number are old. The receipts of those that were carried out are kept.
    fn with_new_numbers(&self, seq: u64, device_time: i64) -> State {
        let mut state = self.unlocked(device_time);
        for newest in [state.warned.take(), state.last.take()] {
            state.keep(newest.filter(|newest| !newest.lapsed));
        }
        state.old_numbers = Some(seq);
        state
    }

    /// The receipt of the newest hand-over or release.
    pub(super) fn handed(&self) -> Option<SignedReceipt> {
        let receipt = self.state.handed.clone()?;
        Some(SignedReceipt { invocation: self.identity.vehicle, receipt })
    }

    /// The receipt of the keyring that is obeyed now: the very same bytes each time, once there was a hand-over.
    fn keyring_receipt(&self, device_time: i64) -> SignedReceipt {
        self.handed().unwrap_or_else(|| SignedReceipt {
            invocation: self.identity.vehicle,
            receipt: self.sign_keyring(&self.state, device_time),
        })
    }

    fn sign_keyring(&self, state: &State, device_time: i64) -> Vec<u8> {
        let keyring = self.keyring_in(state);
        let receipt = HandOverReceipt {
            program: self.identity.program,
            vehicle: self.identity.vehicle,
            lender: keyring.lender,
            keyring_hash: keyring.carried().map_or([0; 32], |carried| sha256(&carried.encode())),
            nonce: state.nonce,
            device_time,
        };
        self.seal(&receipt.encode())
    }
}
