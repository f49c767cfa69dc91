//! What a seed makes: loans, borrowers, cars, and what goes wrong when.

use super::draw::Draw;

/// Lenders of the world that every seed begins with.
pub const LENDERS: usize = 4;
/// Cars of that world: the most loans of a seed.
pub const CARS: usize = 60;
/// The time within which faults begin, seconds.
const TROUBLED: u64 = 1_000;
/// From one instalment to the next, seconds.
pub const PERIOD: u32 = 800;
/// Faults of a seed.
const FEWEST_FAULTS: usize = 7;
const MOST_FAULTS: usize = 11;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A node leaves out changes of accounts.
    UpdatesDropped,
    /// It tells each twice.
    UpdatesDuplicated,
    /// It tells them late and in another order.
    UpdatesReordered,
    /// It answers as of an old slot, and says so.
    StaleReads,
    /// Blocks are dropped, with what landed in them.
    Fork,
    /// A node's Clock is hours ahead.
    ClockAhead,
    ClockBehind,
    ClockStuck,
    /// A node answers 429.
    RateLimited,
    /// A node answers with errors, or not with JSON.
    RpcErrors,
    /// A node answers nothing.
    RpcSilent,
    /// A node closes its websockets and takes no new ones.
    SocketLost,
    /// Its websockets say nothing any more.
    SocketMute,
    /// A transaction lands, its sender hears an error, and no node tells its status for a while.
    LandsUnseen,
    /// Nodes take transactions that never land.
    NeverLands,
    /// The keeper dies at an effect, and begins again from the chain.
    Crash(Effect, Moment),
    /// The broker is gone.
    BrokerLost,
    /// The function dies while it waits for the car.
    FunctionKilled,
    CommandLost,
    ReceiptLost,
    /// A car obeys and loses power before it answers.
    PowerCut,
}

/// An effect of the keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It sends a transaction.
    Send,
    /// It calls a function.
    Call,
    /// It sends the car's receipt.
    Confirm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    Before,
    After,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 26] = [
        Self::UpdatesDropped,
        Self::UpdatesDuplicated,
        Self::UpdatesReordered,
        Self::StaleReads,
        Self::Fork,
        Self::ClockAhead,
        Self::ClockBehind,
        Self::ClockStuck,
        Self::RateLimited,
        Self::RpcErrors,
        Self::RpcSilent,
        Self::SocketLost,
        Self::SocketMute,
        Self::LandsUnseen,
        Self::NeverLands,
        Self::Crash(Effect::Send, Moment::Before),
        Self::Crash(Effect::Send, Moment::After),
        Self::Crash(Effect::Call, Moment::Before),
        Self::Crash(Effect::Call, Moment::After),
        Self::Crash(Effect::Confirm, Moment::Before),
        Self::Crash(Effect::Confirm, Moment::After),
        Self::BrokerLost,
        Self::FunctionKilled,
        Self::CommandLost,
        Self::ReceiptLost,
        Self::PowerCut,
    ];

    /// Whether it can keep a keeper from doing or giving back what it has claimed. What only delays news, or concerns the
    /// car, cannot: a lease is given back before it lapses.
    pub const fn costs_bonds(self) -> bool {
        matches!(
            self,
            Self::StaleReads
                | Self::Fork
                | Self::ClockAhead
                | Self::ClockBehind
                | Self::ClockStuck
                | Self::RateLimited
                | Self::RpcErrors
                | Self::RpcSilent
                | Self::LandsUnseen
                | Self::NeverLands
                | Self::Crash(..)
        )
    }
}

/// A fault that is to come.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    pub fault: Fault,
    /// The node that it concerns, if it concerns one; all if there is no such node.
    pub which: usize,
    /// When it begins, seconds from the start. It has no end before it has had an effect.
    pub from: u64,
    /// How long it lasts, seconds.
    pub secs: u64,
}

/// How a borrower pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// So many seconds before each due date.
    Ahead(i64),
    /// So many seconds after it, within the grace.
    Late(i64),
    /// In the second before the default.
    LastSecond,
    /// Half of it on time, the rest so many seconds after the car was locked.
    Half(i64),
    /// Everything, so many seconds after the car was locked.
    OnceLocked(i64),
    /// Never.
    Never,
}

/// One loan.
#[derive(Clone, Copy, Debug)]
pub struct LoanPlan {
    /// When its first instalment is due, seconds from the start.
    pub first_due: i64,
    pub grace_secs: u32,
    pub notice_secs: u32,
    pub payer: Payer,
    /// How long its car takes to answer, milliseconds, and how many of a hundred messages it loses.
    pub car_ms: u64,
    pub car_loses: u64,
}

/// Everything that a seed makes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub loans: Vec<LoanPlan>,
    pub faults: Vec<Planned>,
    pub nodes: usize,
    pub keepers: usize,
    pub eager: bool,
    /// Whether a lender's treasury takes no payment for a while.
    pub closes_treasury: bool,
}

impl Plan {
    /// A plan that a test writes itself, with two nodes and one keeper.
    pub const fn by_hand(loans: Vec<LoanPlan>, faults: Vec<Planned>) -> Self {
        Self { seed: 0, loans, faults, nodes: 2, keepers: 1, eager: false, closes_treasury: false }
    }

    /// The plan of a seed. Every tenth has many loans.
    pub fn of(seed: u64) -> Self {
        let (least, most) = if seed.is_multiple_of(10) { (30, CARS as u64) } else { (6, 16) };
        let mut draw = Draw::of(seed, "plan");
        let nodes = usize::try_from(draw.between(2, 3)).unwrap_or(2);
        let keepers = if draw.chance(25) { 2 } else { 1 };
        let count = draw.between(least, most);
        // Some fall due together, as on the first of a month.
        let together = draw.time(200, 600);
        let loans = (0..count).map(|_| {
            let first_due = if draw.chance(40) { together } else { draw.time(150, 900) };
            let grace_secs = u32::try_from(draw.between(20, 90)).unwrap_or(20);
            let payer = match draw.between(0, 9) {
                0..=2 => Payer::Ahead(draw.time(2, 120)),
                3 => Payer::Late(draw.time(1, i64::from(grace_secs) - 5)),
                4 => Payer::LastSecond,
                5 => Payer::Half(draw.time(5, 300)),
                6..=8 => Payer::OnceLocked(draw.time(0, 300)),
                _ => Payer::Never,
            };
            let car_ms = if draw.chance(70) { draw.between(100, 1_500) } else { draw.between(3_000, 20_000) };
            let car_loses = if draw.chance(70) { 0 } else { draw.between(10, 50) };
            let notice_secs = u32::try_from(draw.between(5, 15)).unwrap_or(5);
            LoanPlan { first_due, grace_secs, notice_secs, payer, car_ms, car_loses }
        });
        let loans: Vec<LoanPlan> = loans.collect();
        let wanted = usize::try_from(draw.between(FEWEST_FAULTS as u64, MOST_FAULTS as u64)).unwrap_or(7);
        let mut kinds = Fault::ALL.to_vec();
        let mut faults = Vec::new();
        while faults.len() < wanted {
            let at = usize::try_from(draw.word() % kinds.len() as u64).unwrap_or(0);
            let fault = kinds.swap_remove(at);
            let which = match fault {
                // A fleet whose every node tells the wrong time, or none, has no right one to go by.
                Fault::ClockAhead | Fault::ClockBehind | Fault::ClockStuck | Fault::StaleReads => {
                    usize::try_from(draw.word() % nodes as u64).unwrap_or(0)
                }
                _ => usize::try_from(draw.between(0, nodes as u64)).unwrap_or(0),
            };
            let secs = match fault {
                Fault::Fork => draw.between(1, 8),
                Fault::Crash(..) => draw.pick(&[0, 3, 20, 70, 200]),
                Fault::StaleReads => draw.between(20, 120),
                _ => draw.between(5, 90),
            };
            faults.push(Planned { fault, which, from: draw.between(60, TROUBLED), secs });
        }
        faults.sort_by_key(|planned| (planned.from, planned.fault));
        let (eager, closes_treasury) = (draw.chance(50), draw.chance(30));
        Self { seed, loans, faults, nodes, keepers, eager, closes_treasury }
    }
}
