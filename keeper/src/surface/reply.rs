//! What `/status` says, as JSON. Times are the chain's, Unix seconds.

use std::fmt::{self, Display, Formatter};

use anchor_lang::prelude::Pubkey;
use latchkey::state::LoanStatus;
use serde::{Deserialize, Serialize};

use crate::core::{CallState, Health, LoanReport, LoanWaiting, OpenCall, Report, Standing, Work, WorkState};

/// What the keeper waits for, over all loans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReply {
    pub keeper: String,
    /// 0 as long as it is not known.
    pub chain_time: i64,
    /// How long ago it last moved on, seconds.
    pub chain_time_age_secs: u64,
    pub has_read_all: bool,
    pub loans: usize,
    /// Loans for which work is due that is not done.
    pub loans_waiting: usize,
    pub locked_though_cured: usize,
    pub leases: usize,
    pub calls_running: usize,
    pub locks_are_stopped: bool,
    pub is_stopping: bool,
    /// The first of the loans that wait: cars that are locked though an unlock is due, then the one that waits longest.
    pub waiting: Vec<WaitingReply>,
    /// When it looks at which loan next though nothing happens.
    pub next: Vec<NextReply>,
}

/// When a loan is looked at though nothing happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextReply {
    pub at: i64,
    pub loan: String,
}

/// What a loan waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingReply {
    pub loan: String,
    pub vehicle: String,
    /// Since when its car may be locked though an unlock is due.
    pub locked_since: Option<i64>,
    pub work: Vec<WorkReply>,
    pub calls: Vec<CallReply>,
}

/// Work that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkReply {
    pub what: String,
    pub since: i64,
    /// `under_way`, `pauses` or `waits`.
    pub state: String,
    /// How many transactions of this kind have failed in a row.
    pub failures: u32,
    /// When the next is sent, if it pauses.
    pub until: Option<i64>,
    /// Why the last one of this loan did not succeed.
    pub reason: Option<String>,
}

/// A call that is open on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallReply {
    pub invocation: String,
    pub action: String,
    pub seq: u64,
    pub requested_at: i64,
    pub expires_at: i64,
    /// The keeper that holds its lease, and until when.
    pub leased_to: Option<String>,
    pub lease_ends_at: Option<i64>,
    /// `not_tried`, `running`, `pauses`, `refused` or `proven`.
    pub state: String,
    /// How many calls of the function have brought no receipt.
    pub failures: u32,
    /// When the next is made, if it pauses.
    pub until: Option<i64>,
}

/// One loan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanReply {
    pub chain_time: i64,
    pub lender: String,
    /// What is known of it; missing as long as not all of its accounts were read.
    pub standing: Option<LoanStanding>,
    /// When it is looked at again though nothing happens.
    pub next_look: Option<i64>,
    #[serde(flatten)]
    pub waiting: WaitingReply,
}

/// Where a loan stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanStanding {
    /// `active`, `defaulted`, `charged_off`, `paid_off` or `settled`.
    pub status: String,
    /// The due date of the first instalment that is not paid, if it is past.
    pub past_due_since: Option<i64>,
    /// What the car wallet holds, base units of its token.
    pub wallet: u64,
    /// What the escrow can pay, lamports.
    pub escrow: u64,
    pub may_be_locked_until: Option<i64>,
    /// Whether this keeper works for its lender.
    pub is_served: bool,
}

/// Why the last transaction about a vehicle did not succeed, by vehicle and kind of work.
pub(super) type Reasons<'a> = &'a dyn Fn(&Pubkey, &str) -> Option<String>;

impl StatusReply {
    pub(super) fn new(
        keeper: &Pubkey,
        report: &Report,
        loans: usize,
        age: u64,
        reasons: Reasons<'_>,
    ) -> Self {
        let Health { now, has_read_all, loans_waiting, locked_though_cured, .. } = report.health;
        let Health { leases, calls_running, locks_are_stopped, is_stopping, .. } = report.health;
        let next = report.next.iter().map(|(at, loan)| NextReply { at: *at, loan: loan.to_string() });
        Self {
            keeper: keeper.to_string(),
            chain_time: now,
            chain_time_age_secs: age,
            has_read_all,
            loans,
            loans_waiting,
            locked_though_cured,
            leases,
            calls_running,
            locks_are_stopped,
            is_stopping,
            waiting: report.waiting.iter().map(|waiting| WaitingReply::new(waiting, reasons)).collect(),
            next: next.collect(),
        }
    }
}

impl WaitingReply {
    fn new(waiting: &LoanWaiting, reasons: Reasons<'_>) -> Self {
        let work = |work: &Work| WorkReply::new(work, reasons(&waiting.vehicle, work.name));
        Self {
            loan: waiting.loan.to_string(),
            vehicle: waiting.vehicle.to_string(),
            locked_since: waiting.locked_since,
            work: waiting.work.iter().map(work).collect(),
            calls: waiting.calls.iter().map(CallReply::from).collect(),
        }
    }
}

impl WorkReply {
    fn new(work: &Work, reason: Option<String>) -> Self {
        let (state, failures, until) = match work.state {
            WorkState::UnderWay => ("under_way", 0, None),
            WorkState::Waits => ("waits", 0, None),
            WorkState::Pauses { failures, until } => ("pauses", failures, Some(until)),
        };
        let (what, state) = (work.name.to_owned(), state.to_owned());
        Self { what, since: work.since, state, failures, until, reason }
    }
}

impl From<&OpenCall> for CallReply {
    fn from(call: &OpenCall) -> Self {
        let (state, failures, until) = match call.state {
            CallState::NotTried => ("not_tried", 0, None),
            CallState::Running => ("running", 0, None),
            CallState::Pauses { failures, until } => ("pauses", failures, Some(until)),
            CallState::Refused => ("refused", 0, None),
            CallState::Proven => ("proven", 0, None),
        };
        Self {
            invocation: call.invocation.to_string(),
            action: call.action.name().to_owned(),
            seq: call.seq,
            requested_at: call.requested_at,
            expires_at: call.expires_at,
            leased_to: call.lease.map(|(keeper, _)| keeper.to_string()),
            lease_ends_at: call.lease.map(|(_, end)| end),
            state: state.to_owned(),
            failures,
            until,
        }
    }
}

impl LoanReply {
    pub(super) fn new(report: &LoanReport, chain_time: i64, reasons: Reasons<'_>) -> Self {
        Self {
            chain_time,
            lender: report.lender.to_string(),
            standing: report.standing.map(LoanStanding::from),
            next_look: report.next_look,
            waiting: WaitingReply::new(&report.waiting, reasons),
        }
    }
}

impl From<Standing> for LoanStanding {
    fn from(standing: Standing) -> Self {
        let status = match standing.status {
            LoanStatus::Active => "active",
            LoanStatus::Defaulted => "defaulted",
            LoanStatus::ChargedOff => "charged_off",
            LoanStatus::PaidOff => "paid_off",
            LoanStatus::Settled => "settled",
        };
        Self {
            status: status.to_owned(),
            past_due_since: standing.past_due_since,
            wallet: standing.wallet,
            escrow: standing.escrow,
            may_be_locked_until: standing.may_be_locked_until,
            is_served: standing.is_served,
        }
    }
}

impl Display for StatusReply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let now = self.chain_time;
        writeln!(f, "keeper {}", self.keeper)?;
        writeln!(f, "chain time {now}, told {} s ago", self.chain_time_age_secs)?;
        if !self.has_read_all {
            writeln!(f, "not every account was read yet")?;
        }
        if self.is_stopping {
            writeln!(f, "it is stopping, and begins nothing")?;
        }
        if self.locks_are_stopped {
            writeln!(f, "locks are stopped: more than work.locks_per_hour were to be locked within an hour")?;
        }
        writeln!(
            f,
            "{} loans, {} wait for work, {} cars may be locked though an unlock is due",
            self.loans, self.loans_waiting, self.locked_though_cured
        )?;
        writeln!(f, "{} leases, {} calls of functions under way", self.leases, self.calls_running)?;
        for waiting in &self.waiting {
            waiting.write(f, now)?;
        }
        for next in &self.next {
            writeln!(f, "next look at {} in {} s", next.loan, next.at - now)?;
        }
        Ok(())
    }
}

impl WaitingReply {
    fn write(&self, f: &mut Formatter<'_>, now: i64) -> fmt::Result {
        writeln!(f, "loan {}, vehicle {}", self.loan, self.vehicle)?;
        if let Some(since) = self.locked_since {
            writeln!(f, "  the car may be locked though an unlock is due, for {} s", now - since)?;
        }
        for work in &self.work {
            write!(f, "  {} for {} s: ", work.what, now - work.since)?;
            match work.until {
                Some(until) => write!(f, "{} failed in a row, the next in {} s", work.failures, until - now)?,
                None if work.state == "under_way" => write!(f, "under way")?,
                None => write!(f, "comes after other work, or other keepers go first")?,
            }
            match &work.reason {
                Some(reason) => writeln!(f, "; the last one: {reason}")?,
                None => writeln!(f)?,
            }
        }
        for call in &self.calls {
            write!(f, "  call {} {}, expires in {} s: ", call.seq, call.action, call.expires_at - now)?;
            match call.state.as_str() {
                "running" => write!(f, "the function is being called")?,
                "refused" => write!(f, "the function refused")?,
                "proven" => write!(f, "the receipt is there and is to be settled")?,
                "pauses" => write!(f, "{} calls brought no receipt", call.failures)?,
                _ => write!(f, "not tried by this keeper")?,
            }
            match (&call.leased_to, call.lease_ends_at) {
                (Some(keeper), Some(end)) => writeln!(f, "; leased to {keeper} for {} s", end - now)?,
                _ => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl Display for LoanReply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let now = self.chain_time;
        self.waiting.write(f, now)?;
        writeln!(f, "  lender {}", self.lender)?;
        match &self.standing {
            None => writeln!(f, "  not all of its accounts were read")?,
            Some(standing) => {
                if !standing.is_served {
                    writeln!(f, "  this keeper does not work for its lender: see work.lenders")?;
                }
                writeln!(f, "  {}, wallet {} base units", standing.status, standing.wallet)?;
                writeln!(f, "  the escrow can pay {} lamports", standing.escrow)?;
                if let Some(since) = standing.past_due_since {
                    writeln!(f, "  past due for {} s", now - since)?;
                }
                if let Some(until) = standing.may_be_locked_until {
                    writeln!(f, "  its car may be locked for {} s more", until - now)?;
                }
            }
        }
        match self.next_look {
            Some(at) => writeln!(f, "  next look in {} s", at - now),
            None => writeln!(f, "  nothing is to come of itself"),
        }
    }
}
