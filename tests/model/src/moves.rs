//! What may happen: every instruction, by anybody, at any time, with anything.

use latchkey::state::{Action, Overpayment, Period, Terms, Waterfall};
use latchkey_tests_svm::DAY;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use crate::parties::Who;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Move {
    /// Time passes to a moment, and so many seconds more or less. It never runs back.
    Wait(Moment, i64),
    /// A plain transfer from the borrower into the car wallet.
    TopUp(Sum),
    /// A plain transfer of lamports into the escrow.
    Gift(u64),
    /// Lamports sent ahead to where the next invocation will lie.
    Prefund(u64),
    /// An instruction.
    Do(Call, Tampering),
    /// Several instructions in one transaction: all of them, or none.
    Together(Vec<Call>),
}

/// A moment that a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// So many seconds from now.
    In(i64),
    /// The next due date.
    Due,
    /// The next late fee.
    Late,
    /// The end of the grace.
    Grace,
    /// The served notice matures.
    Notice,
    /// The hold ends.
    Hold,
    /// The emergency start ends.
    EmergencyStart,
    /// The pause ends.
    Pause,
    /// The lease of the newest invocation ends.
    Lease,
    /// The newest invocation expires.
    Expiry,
    /// The lock's last third begins.
    Renewal,
    /// The lock ends by itself.
    LockEnd,
    /// The loan may be charged off.
    ChargeOff,
}

/// An amount of loan money that a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Sum {
    /// So many base units.
    Units(u64),
    /// So many hundredths of an instalment.
    Share(u64),
    /// What cures the loan.
    Cure(i64),
    /// All that is owed.
    Payoff(i64),
    /// All that is owed beyond what is due.
    Beyond(i64),
    /// All that is in the wallet and not due.
    Surplus(i64),
    /// The late fees charged.
    Fees(i64),
}

/// What is wrong with a transaction besides who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// Nothing.
    None,
    /// One of the signatures is missing.
    Unsigned(usize),
    /// One of the accounts is another lender's, loan's, car's or person's.
    Swapped(usize),
}

/// The proof that stands before an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// As it should be.
    Right,
    /// There is none.
    Missing,
    /// Another device signed it.
    OtherKey,
    /// Another message is signed.
    OtherMessage,
    /// The car says that it did not obey.
    Refusal,
}

/// The terms that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// Those of the sequence.
    Sound,
    /// No principal.
    Empty,
    /// First due at once.
    DueNow,
    /// Extended before it begins.
    Deferred,
    /// An escrow a lamport short.
    PoorEscrow,
    /// The seller is the lender.
    ToTreasury,
}

/// An instruction and who is behind it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each is an instruction of the program, where it is described")]
pub enum Call {
    InitLender(Who),
    SetPolicy(Who, bool),
    Nominate(Who, Option<Who>),
    Accept(Who),
    SetServicer(Who, Who),
    SetKeepers(Who, Vec<Who>),
    SetFunction(Who, Action, Offer),
    Pause(Who, u32),
    Unpause(Who),
    Register(Who, Proof),
    Rotate(Who, Option<Who>, usize, Proof),
    Retire(Who),
    Originate(Who, Draft),
    FundEscrow(Who, u64),
    WithdrawEscrow(Who, EscrowSum),
    Collect,
    Prepay(Who, Sum),
    PayOff(Who),
    WithdrawSurplus(Who, Sum),
    DeclareDefault,
    ServeNotice(Who, u8),
    PlaceHold(Who, i64),
    LiftHold(Who, Who),
    Extend(Who, Who),
    WaiveFees(Who, Sum),
    EmergencyStart(Who),
    ChargeOff(Who),
    Request(Action, Option<Who>),
    Claim(Who, usize),
    Confirm(usize, Proof),
    Yield(Who, usize),
    Expire(usize),
    Close(Who),
}

/// A function as it is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Sound, for this fee.
    Sound(u64),
    /// For nothing.
    Free,
    /// A lease longer than the time to live.
    LongLease,
    /// At an address in the clear.
    Http,
    /// With no key.
    NoKey,
}

/// An amount of lamports in the escrow that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscrowSum {
    /// So many lamports.
    Units(u64),
    /// All but the reserve, and so many more.
    AllBut(u64),
}

/// What a sequence is mostly about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Loans, paid and not paid.
    Money,
    /// Function calls and cars.
    Calls,
    /// Everybody against everybody.
    Hostile,
}

impl Flavour {
    /// Of a hundred, how many act in a place that is not theirs.
    const fn hostility(self) -> u32 {
        match self {
            Self::Money => 4,
            Self::Calls => 8,
            Self::Hostile => 35,
        }
    }

    /// Of a hundred, how many transactions have something wrong.
    const fn tampered(self) -> u32 {
        match self {
            Self::Money | Self::Calls => 3,
            Self::Hostile => 25,
        }
    }
}

/// Somebody in the place of `right`.
fn by(flavour: Flavour, right: Who) -> BoxedStrategy<Who> {
    let other = flavour.hostility();
    prop_oneof![100 - other => Just(right), other => select(Who::ALL.to_vec())].boxed()
}

/// The lender's hand in daily work.
fn hand(flavour: Flavour) -> BoxedStrategy<Who> {
    prop_oneof![3 => by(flavour, Who::Servicer), 1 => by(flavour, Who::Authority)].boxed()
}

fn proof(flavour: Flavour) -> BoxedStrategy<Proof> {
    let wrong = flavour.hostility();
    let lies = vec![Proof::Missing, Proof::OtherKey, Proof::OtherMessage, Proof::Refusal];
    prop_oneof![100 - wrong => Just(Proof::Right), wrong => select(lies)].boxed()
}

fn odd() -> impl Strategy<Value = i64> {
    -1..=1_i64
}

fn sum() -> impl Strategy<Value = Sum> {
    prop_oneof![
        1 => (0..3_u64).prop_map(Sum::Units),
        3 => (1..250_u64).prop_map(Sum::Share),
        3 => odd().prop_map(Sum::Cure),
        2 => odd().prop_map(Sum::Payoff),
    ]
}

fn moment() -> impl Strategy<Value = Move> {
    let moments = prop_oneof![
        2 => select(vec![1, 60, 600, 3_600, DAY, 5 * DAY]).prop_map(Moment::In),
        4 => Just(Moment::Due),
        2 => Just(Moment::Late),
        4 => Just(Moment::Grace),
        3 => select(vec![
            Moment::Notice, Moment::Hold, Moment::EmergencyStart, Moment::Pause, Moment::Lease, Moment::Expiry,
            Moment::Renewal, Moment::LockEnd,
        ]),
        1 => select(vec![Moment::ChargeOff, Moment::In(40 * DAY)]),
    ];
    (moments, odd()).prop_map(|(moment, odd)| Move::Wait(moment, odd))
}

fn lender_call(f: Flavour) -> BoxedStrategy<Call> {
    let who = || select(Who::ALL.to_vec());
    let offer = prop_oneof![
        4 => (1..9_u64).prop_map(|n| Offer::Sound(n * 1_000_000)),
        1 => select(vec![Offer::Free, Offer::LongLease, Offer::Http, Offer::NoKey]),
    ];
    let keepers = select(vec![
        vec![],
        vec![Who::Keeper],
        vec![Who::Keeper, Who::Rival],
        vec![Who::Rival, Who::Rival],
        Who::ALL.to_vec(),
    ]);
    let nominee = prop::option::weighted(0.8, select(vec![Who::Nominee, Who::Authority, Who::Stranger]));
    prop_oneof![
        1 => by(f, Who::Authority).prop_map(Call::InitLender),
        2 => (by(f, Who::Authority), any::<bool>()).prop_map(|(by, strict)| Call::SetPolicy(by, strict)),
        2 => (by(f, Who::Authority), nominee).prop_map(|(by, nominee)| Call::Nominate(by, nominee)),
        2 => by(f, Who::Nominee).prop_map(Call::Accept),
        1 => (by(f, Who::Authority), select(vec![Who::Servicer, Who::Servicer, Who::Deputy, Who::Authority])).prop_map(|(by, to)| Call::SetServicer(by, to)),
        2 => (by(f, Who::Authority), keepers).prop_map(|(by, keepers)| Call::SetKeepers(by, keepers)),
        2 => (by(f, Who::Authority), select(Action::ALL.to_vec()), offer)
            .prop_map(|(by, action, offer)| Call::SetFunction(by, action, offer)),
        2 => (hand(f), select(vec![0, 1, 3_600, 86_400, 86_401])).prop_map(|(by, secs)| Call::Pause(by, secs)),
        1 => hand(f).prop_map(Call::Unpause),
        1 => (hand(f), proof(f)).prop_map(|(by, proof)| Call::Register(by, proof)),
        2 => (hand(f), prop::option::weighted(0.9, by(f, Who::Borrower)), 0..3_usize, proof(f))
            .prop_map(|(by, borrower, device, proof)| Call::Rotate(by, borrower, device, proof)),
        1 => hand(f).prop_map(Call::Retire),
        1 => who().prop_map(Call::Close),
    ]
    .boxed()
}

fn loan_call(f: Flavour) -> BoxedStrategy<Call> {
    let draft = prop_oneof![
        6 => Just(Draft::Sound),
        1 => select(vec![Draft::Empty, Draft::DueNow, Draft::Deferred, Draft::PoorEscrow, Draft::ToTreasury]),
    ];
    let escrow = prop_oneof![(0..2_u64).prop_map(EscrowSum::Units), (0..2_u64).prop_map(EscrowSum::AllBut),];
    let surplus = prop_oneof![odd().prop_map(Sum::Surplus), (0..80_u64).prop_map(Sum::Share),];
    let prepaid = prop_oneof![
        2 => odd().prop_map(Sum::Beyond),
        3 => (0..200_u64).prop_map(Sum::Share),
        1 => (0..2_u64).prop_map(Sum::Units),
    ];
    let fees = prop_oneof![odd().prop_map(Sum::Fees), (0..3_u64).prop_map(Sum::Units)];
    prop_oneof![
        3 => (by(f, Who::Authority), draft).prop_map(|(by, draft)| Call::Originate(by, draft)),
        1 => (by(f, Who::Payer), select(vec![0, 1, 5_000_000, 20_000_000])).prop_map(|(by, n)| Call::FundEscrow(by, n)),
        1 => (by(f, Who::Authority), escrow).prop_map(|(by, sum)| Call::WithdrawEscrow(by, sum)),
        6 => Just(Call::Collect),
        4 => (by(f, Who::Borrower), prepaid).prop_map(|(by, sum)| Call::Prepay(by, sum)),
        2 => by(f, Who::Borrower).prop_map(Call::PayOff),
        2 => (by(f, Who::Borrower), surplus).prop_map(|(by, sum)| Call::WithdrawSurplus(by, sum)),
        4 => Just(Call::DeclareDefault),
        3 => (hand(f), select(vec![1_u8, 3, 16, 31, 0, 32, 64])).prop_map(|(by, by_what)| Call::ServeNotice(by, by_what)),
        2 => (hand(f), select(vec![0, 1, 86_400, 4 * DAY, 366 * DAY, 366 * DAY + 1])).prop_map(|(by, secs)| Call::PlaceHold(by, secs)),
        1 => (hand(f), by(f, Who::Borrower)).prop_map(|(by, borrower)| Call::LiftHold(by, borrower)),
        2 => (hand(f), by(f, Who::Borrower)).prop_map(|(by, borrower)| Call::Extend(by, borrower)),
        2 => (hand(f), fees).prop_map(|(by, sum)| Call::WaiveFees(by, sum)),
        2 => by(f, Who::Borrower).prop_map(Call::EmergencyStart),
        1 => hand(f).prop_map(Call::ChargeOff),
        2 => by(f, Who::Borrower).prop_map(Call::Close),
    ]
    .boxed()
}

fn function_call(f: Flavour) -> BoxedStrategy<Call> {
    let which = || select(vec![0, 0, 0, 0, 1, 2]);
    let keeper = || prop_oneof![5 => by(f, Who::Keeper), 1 => Just(Who::Rival), 1 => Just(Who::Borrower)];
    let lender = prop::option::weighted(0.2, hand(f));
    prop_oneof![
        6 => (select(Action::ALL.to_vec()), lender).prop_map(|(action, by)| Call::Request(action, by)),
        5 => (keeper(), which()).prop_map(|(by, which)| Call::Claim(by, which)),
        5 => (which(), proof(f)).prop_map(|(which, proof)| Call::Confirm(which, proof)),
        1 => (keeper(), which()).prop_map(|(by, which)| Call::Yield(by, which)),
        2 => which().prop_map(Call::Expire),
    ]
    .boxed()
}

/// Steps that lead somewhere, so that what follows begins there.
fn path() -> impl Strategy<Value = Vec<Move>> {
    let go = |call| Move::Do(call, Tampering::None);
    let wait = |moment| Move::Wait(moment, 0);
    let ask = |action| vec![go(Call::Request(action, None))];
    let fulfil = vec![go(Call::Claim(Who::Keeper, 0)), go(Call::Confirm(0, Proof::Right))];

    let default = vec![wait(Moment::Grace), go(Call::DeclareDefault)];
    let notified = vec![go(Call::ServeNotice(Who::Servicer, 1)), wait(Moment::Notice)];
    let lock = [notified.clone(), ask(Action::Lock), fulfil.clone()].concat();
    let cure = vec![Move::TopUp(Sum::Cure(0)), go(Call::Collect)];
    let unlock = [ask(Action::Unlock), fulfil.clone()].concat();
    let warned = [vec![wait(Moment::Due)], ask(Action::Warn), fulfil.clone()].concat();
    let locked = [default.clone(), lock.clone()].concat();
    let cured = [cure.clone(), unlock.clone()].concat();

    // Keepers that give back, die, or are never there.
    let at_once = vec![
        wait(Moment::Grace),
        Move::Together(vec![
            Call::Collect,
            Call::DeclareDefault,
            Call::Request(Action::Lock, None),
            Call::Claim(Who::Keeper, 0),
        ]),
    ];
    let asked = [default.clone(), notified.clone(), ask(Action::Lock)].concat();
    let claimed = [asked.clone(), vec![go(Call::Claim(Who::Keeper, 0))]].concat();
    let rival = go(Call::Claim(Who::Rival, 0));
    let asked_and_claimed = claimed.clone();
    let yielded = [claimed.clone(), vec![go(Call::Yield(Who::Keeper, 0)), rival.clone()]].concat();
    let lapsed = [claimed, vec![wait(Moment::Lease), rival]].concat();
    let expired = vec![wait(Moment::Expiry), go(Call::Expire(0))];
    let doomed = [asked, expired.clone()].concat();
    let returned = [asked_and_claimed, vec![wait(Moment::Lease), go(Call::Yield(Who::Keeper, 0))]].concat();

    // A lock at the second in which it may be asked for, or may not.
    let tried_after = |moves: Vec<Move>, moment| [moves, vec![wait(moment)], ask(Action::Lock)].concat();
    let renewed = tried_after(locked.clone(), Moment::Renewal);
    let held = [default.clone(), vec![go(Call::PlaceHold(Who::Servicer, DAY))]].concat();
    let held = tried_after(held, Moment::Hold);
    let quiet = [default.clone(), vec![go(Call::Pause(Who::Servicer, 3_600))]].concat();
    let quiet = tried_after(quiet, Moment::Pause);
    let driven = [locked.clone(), vec![go(Call::EmergencyStart(Who::Borrower))], unlock.clone()].concat();
    let driven = tried_after(driven, Moment::EmergencyStart);
    let own =
        [ask(Action::Unlock), vec![go(Call::Claim(Who::Borrower, 0)), go(Call::Confirm(0, Proof::Right))]];

    // What lender and borrower grant each other.
    let emergency = [
        locked.clone(),
        vec![go(Call::EmergencyStart(Who::Borrower))],
        unlock.clone(),
        vec![wait(Moment::EmergencyStart)],
    ]
    .concat();
    let promise = vec![
        go(Call::PlaceHold(Who::Servicer, 4 * DAY)),
        go(Call::Request(Action::Lock, None)),
        go(Call::LiftHold(Who::Servicer, Who::Borrower)),
    ];
    let forgiven =
        vec![wait(Moment::Late), go(Call::Collect), go(Call::WaiveFees(Who::Servicer, Sum::Fees(0)))];
    let generous = vec![
        Move::TopUp(Sum::Share(230)),
        go(Call::Collect),
        go(Call::Prepay(Who::Borrower, Sum::Share(60))),
        go(Call::WithdrawSurplus(Who::Borrower, Sum::Surplus(0))),
    ];
    let emptied = vec![go(Call::WithdrawEscrow(Who::Authority, EscrowSum::AllBut(0)))];
    let paused = [vec![go(Call::Pause(Who::Servicer, 86_400))], unlock.clone()].concat();

    // The ends of loans, cars and lenders.
    let end = [
        vec![Move::TopUp(Sum::Payoff(0)), go(Call::PayOff(Who::Borrower))],
        unlock.clone(),
        expired.clone(),
        vec![go(Call::Expire(0)), go(Call::Close(Who::Borrower))],
    ]
    .concat();
    let waited_out = [
        locked.clone(),
        vec![
            Move::TopUp(Sum::Payoff(0)),
            go(Call::PayOff(Who::Borrower)),
            wait(Moment::LockEnd),
            go(Call::Close(Who::Borrower)),
        ],
    ]
    .concat();
    let retired = [end.clone(), vec![go(Call::Retire(Who::Servicer))]].concat();
    let charge_off = vec![wait(Moment::ChargeOff), go(Call::ChargeOff(Who::Servicer))];
    let hand_over = vec![
        go(Call::Nominate(Who::Authority, Some(Who::Nominee))),
        go(Call::Accept(Who::Nominee)),
        go(Call::Collect),
        go(Call::WithdrawEscrow(Who::Nominee, EscrowSum::Units(1))),
        go(Call::Nominate(Who::Nominee, Some(Who::Authority))),
        go(Call::Accept(Who::Authority)),
    ];
    let own_work = vec![
        go(Call::SetServicer(Who::Authority, Who::Authority)),
        go(Call::Nominate(Who::Authority, Some(Who::Nominee))),
        go(Call::Accept(Who::Nominee)),
        go(Call::Pause(Who::Authority, 1)),
        go(Call::SetServicer(Who::Nominee, Who::Servicer)),
        go(Call::Nominate(Who::Nominee, Some(Who::Authority))),
        go(Call::Accept(Who::Authority)),
    ];
    let hands = vec![
        go(Call::SetServicer(Who::Authority, Who::Deputy)),
        go(Call::PlaceHold(Who::Servicer, DAY)),
        go(Call::SetServicer(Who::Authority, Who::Servicer)),
    ];
    let rotated = vec![
        go(Call::Rotate(Who::Servicer, Some(Who::Borrower), 1, Proof::Right)),
        go(Call::Confirm(0, Proof::Right)),
    ];
    prop_oneof![
        12 => select(vec![default, locked.clone(), locked, warned]),
        8 => select(vec![lock, cure, unlock, cured, own.concat()]),
        6 => select(vec![yielded, lapsed, returned, expired, doomed, at_once]),
        8 => select(vec![emergency, promise, forgiven, generous.clone(), generous, emptied, paused]),
        6 => select(vec![renewed, held, quiet, driven]),
        3 => select(vec![end.clone(), end.clone(), end, charge_off, waited_out]),
        2 => select(vec![hand_over, own_work, hands, rotated]),
        1 => prop_oneof![7 => Just(vec![]), 1 => Just(retired)],
    ]
}

/// The same road, its last wait a second longer or shorter.
fn to_the_second(mut moves: Vec<Move>, odd: i64) -> Vec<Move> {
    if let Some(Move::Wait(_, seconds)) = moves.iter_mut().rfind(|one| matches!(one, Move::Wait(..))) {
        *seconds += odd;
    }
    moves
}

/// A few moves that belong together.
pub fn some_moves(flavour: Flavour) -> impl Strategy<Value = Vec<Move>> {
    let (money, calls, lender) = match flavour {
        Flavour::Money => (10, 2, 1),
        Flavour::Calls => (3, 10, 2),
        Flavour::Hostile => (5, 5, 5),
    };
    let any_call = || {
        Union::new_weighted(vec![
            (money, loan_call(flavour)),
            (calls, function_call(flavour)),
            (lender, lender_call(flavour)),
        ])
    };
    let (call, alone) = (any_call(), any_call());
    let wrong = flavour.tampered();
    let tampering = prop_oneof![
        100 - wrong => Just(Tampering::None),
        wrong / 3 + 1 => (0..4_usize).prop_map(Tampering::Unsigned),
        wrong - wrong / 3 => (0..12_usize).prop_map(Tampering::Swapped),
    ];
    let lamports = || select(vec![1_000_000, 5_000_000]);
    prop_oneof![
        14 => (call, tampering).prop_map(|(call, tampering)| vec![Move::Do(call, tampering)]),
        2 => prop::collection::vec(alone, 2..4).prop_map(|calls| vec![Move::Together(calls)]),
        5 => moment().prop_map(|one| vec![one]),
        4 => sum().prop_map(|sum| vec![Move::TopUp(sum)]),
        1 => prop_oneof![lamports().prop_map(Move::Gift), lamports().prop_map(Move::Prefund)].prop_map(|one| vec![one]),
        8 => (path(), prop_oneof![2 => Just(0), 1 => odd()]).prop_map(|(moves, odd)| to_the_second(moves, odd)),
    ]
}

/// Terms with everything that the rules look at, in units small enough to read.
pub fn any_terms() -> impl Strategy<Value = Terms> {
    let period = prop_oneof![
        3 => select(vec![3_600, 86_400, 5 * 86_400, 604_800]).prop_map(Period::Seconds),
        1 => (1..3_u8).prop_map(Period::Months),
    ];
    let times = (
        select(vec![1, 3_600, 86_400, 10 * 86_400]),
        select(vec![0, 1, 2 * 86_400]),
        select(vec![0, 0, 1, 86_400]),
        select(vec![0, 86_400, 3 * 86_400]),
    );
    let money = (select(vec![1_000_u64, 10_007, 1_000_000]), 1..7_u16, 60..150_u64, select(vec![0, 7, 25]));
    let lock = (select(vec![0, 90, 86_400, 30 * 86_400]), select(vec![0, 86_400]), 0..3_u8, 0..3_u8);
    let ways = (
        select(vec![Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal]),
        select(vec![Overpayment::ReducePrincipal, Overpayment::PayAhead]),
        select(vec![0_u16, 1_800, 3_600, 60_000]),
    );
    (period, times, money, lock, ways).prop_map(
        |(
            period,
            (first_due, grace_secs, notice_secs, late_after_secs),
            (principal, count, share, late_fee),
            (lock_ttl_secs, emergency_secs, emergency_max, max_extensions),
            (waterfall, overpayment, apr_bps),
        )| Terms {
            principal,
            apr_bps,
            instalment: principal / u64::from(count) * share / 100,
            count,
            // From origination: the model adds the time of it.
            first_due,
            period,
            grace_secs,
            notice_secs,
            late_fee,
            late_after_secs,
            emergency_secs,
            emergency_max,
            lock_ttl_secs,
            max_extensions,
            deferred: 0,
            waterfall,
            overpayment,
        },
    )
}
