//! The borrower's key: handed on by the borrower, or replaced by the lender where it is lost.

use latchkey_client::Pubkey;
use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::rules::recovery::{
    PROBATION_SECS, RECOVERY_SECS, REFUSAL_SECS, recover, refuse, rotate,
};
use latchkey_client::latchkey::state::Loan;
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered, refusal};
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    #[serde(deserialize_with = "text::read_bytes")]
    loan: Vec<u8>,
    /// The key that would take over.
    #[serde(deserialize_with = "text::read_key")]
    new_key: Pubkey,
    now: i64,
}

/// What the contract says of each step; nothing where it allows it.
#[derive(Serialize)]
pub struct View {
    /// The borrower hands the loan to the new key.
    rotate: Option<Refused>,
    /// The lender proposes the new key.
    propose: Option<Refused>,
    /// The proposed key, whichever it is, takes over and signs.
    complete: Option<Refused>,
    /// The borrower refuses the proposed key.
    refuse: Option<Refused>,
    /// The proposed key, and from when it may take over.
    proposed: Option<Proposed>,
    /// Until when a key that took over may not do everything.
    restricted_until: Option<i64>,
    /// The contract's times, seconds: from the proposal to its taking over, of the bar after a refusal, and of what is withheld
    /// from a key that took over.
    wait: i64,
    bar: i64,
    probation: i64,
}

#[derive(Serialize)]
struct Proposed {
    key: String,
    from: i64,
}

pub fn answer(question: &Question) -> Result<View, Unanswered> {
    let loan: Loan = decode_as("loan", &question.loan)?;
    let Question { new_key, now, .. } = *question;
    let copy = || loan.clone();
    let proposed = loan.recovery_key();
    // Without a proposal there is nothing that could take over, as there is nothing to refuse.
    let complete = match proposed {
        Some(key) => recover(&mut copy(), key, true, now).map(drop),
        None => refuse(&mut copy(), now),
    };
    Ok(View {
        rotate: refusal(rotate(&mut copy(), new_key, now)),
        propose: refusal(recover(&mut copy(), new_key, false, now).map(drop)),
        complete: refusal(complete),
        refuse: refusal(refuse(&mut copy(), now)),
        proposed: proposed.map(|key| Proposed { key: key.to_string(), from: loan.recovery_from }),
        restricted_until: loan.is_newly_recovered(now).then_some(loan.recovered_until),
        wait: RECOVERY_SECS,
        bar: REFUSAL_SECS,
        probation: PROBATION_SECS,
    })
}
