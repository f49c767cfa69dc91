//! Unlocks by a code of twelve digits, where no message reaches the car.

use latchkey_protocol::code::{Code, CodeSecret, CodedUnlock};
use latchkey_protocol::{Action, Command};

use super::{Agent, Asked, Decision, Situation};
use crate::address;
use crate::state::{State, Tries};

/// The longest pause after a wrong code, seconds.
pub const LONGEST_PAUSE: u64 = 600;
/// The pause after the first wrong code, seconds. Each further one is twice as long.
const FIRST_PAUSE: u64 = 5;

/// What follows from a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It is right: this is to be done.
    Right(Decision),
    /// It is not taken, and this is to be remembered.
    Not(NotTaken, Decision),
}

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error("this car takes no codes")]
    NoCodes,
    /// It is of another unlock, or of none.
    #[error("a wrong code: the next one is looked at in {wait} s")]
    Wrong { wait: u64 },
    /// It was not looked at.
    #[error("too soon after a wrong code: type it again in {wait} s")]
    TooSoon { wait: u64 },
}

impl Agent {
    /// Decides on a code that was typed. No clock decides: its number does, as with every unlock.
    pub fn code(&mut self, code: Code, now: Situation) -> Typed {
        self.pass(&now);
        let nothing = |why| Typed::Not(why, Decision::NOTHING);
        let Some(secret) = self.code_secret() else { return nothing(NotTaken::NoCodes) };
        let Tries { wrong, pause: wait } = self.state.tries;
        if wait > 0 {
            return nothing(NotTaken::TooSoon { wait });
        }
        if let Some(decision) = self.unlock_by(code, &secret) {
            return Typed::Right(decision);
        }
        let tries = Tries { wrong: wrong.saturating_add(1), pause: pause_after(wrong) };
        let remember = Some(self.marked(State { tries, ..self.state.clone() }));
        let decision = Decision { remember, ..Decision::NOTHING };
        Typed::Not(NotTaken::Wrong { wait: tries.pause }, decision)
    }

    fn code_secret(&self) -> Option<CodeSecret> {
        CodeSecret::with_function(&self.identity.device_key, &self.keyring().code_key?)
    }

    /// The unlock of this code, if it is that of the newest number obeyed or of one of the 999 after it.
    fn unlock_by(&self, code: Code, secret: &CodeSecret) -> Option<Decision> {
        let State { last, old_numbers, .. } = &self.state;
        let first = match (last, old_numbers) {
            (Some(last), _) => last.seq,
            (None, Some(old)) => old.checked_add(1)?,
            (None, None) => 0,
        };
        let seq = code.seq_from(first)?;
        let (program, vehicle) = (self.identity.program, self.identity.vehicle);
        let invocation = address::invocation(&program, &vehicle, seq);
        let unlock = CodedUnlock { program, vehicle, invocation, seq };
        if Code::of(secret, &unlock) != code {
            return None;
        }
        let command = Command {
            program,
            vehicle,
            invocation,
            seq,
            action: Action::Unlock,
            // A code carries no times, and an unlock needs none.
            issued_at: 0,
            not_after: 0,
            lock_until: 0,
            message: "",
        };
        let asked = Asked {
            command: &command,
            signed: None,
            hash: unlock.hash(),
            by_keys_that_may_lock: false,
            time: self.time,
            not_before: self.state.not_before,
            device_time: self.device_time(),
        };
        let known = self.known(&asked).ok()?;
        Some(known.unwrap_or_else(|| self.unlock(&asked)))
    }
}

/// The pause after a wrong code that so many came before.
fn pause_after(wrong: u8) -> u64 {
    // 600 is reached long before the highest power of two.
    FIRST_PAUSE.saturating_mul(1 << wrong.min(10)).min(LONGEST_PAUSE)
}
