//! Paths to states that random moves rarely reach, so that what is drawn next begins there.

use latchkey::state::Action;
use proptest::prelude::*;
use proptest::sample::select;

use super::DAY;
use crate::calls::Call;
use crate::moves::{EscrowSum, Fate, Moment, Move, Proof, Sum, Tampering};
use crate::parties::Who;
use crate::reference::{Agreement, Amended, Mandate};

/// Moves to one of the states that are rarely reached otherwise.
pub(super) fn path() -> impl Strategy<Value = Vec<Move>> {
    let go = |call| Move::Do(call, Tampering::None);
    let wait = |moment| Move::Wait(moment, 0);
    let ask = |action| vec![go(Call::Request(action, None))];
    let fulfil = vec![go(Call::Claim(Who::Keeper, 0)), go(Call::Confirm(0, Who::Keeper, Proof::Right))];

    let default = vec![wait(Moment::Grace), go(Call::DeclareDefault)];
    let notified = vec![
        go(Call::ServeNotice(Who::Servicer, 31)),
        wait(Moment::Notice),
        wait(Moment::SecondNotice),
        go(Call::ServeNotice(Who::Servicer, 1)),
        wait(Moment::FinalNotice),
    ];
    let lock = [notified.clone(), ask(Action::Lock), fulfil.clone()].concat();
    let cure = vec![Move::TopUp(Sum::Cure(0)), go(Call::Collect(true))];
    let done = go(Call::Confirm(0, Who::Rival, Proof::Right));
    let unlock = [ask(Action::Unlock), vec![done.clone()]].concat();
    let warned = [vec![wait(Moment::Warning)], ask(Action::Warn), fulfil.clone()].concat();
    let locked = [default.clone(), lock.clone()].concat();
    let cured = [cure.clone(), unlock.clone()].concat();

    // Keepers that yield, die, or never come.
    let at_once = vec![
        wait(Moment::Grace),
        Move::Together(vec![
            Call::Collect(false),
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
    let own = vec![
        go(Call::Request(Action::Unlock, Some(Who::Borrower))),
        go(Call::Confirm(0, Who::Borrower, Proof::Right)),
    ];

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
        go(Call::LiftHold(Who::Servicer, Who::Borrower, Agreement::Sound)),
    ];
    let forgiven =
        vec![wait(Moment::Late), go(Call::Collect(true)), go(Call::WaiveFees(Who::Servicer, Sum::Fees(0)))];
    let generous = vec![
        Move::TopUp(Sum::Share(230)),
        go(Call::Collect(true)),
        go(Call::Prepay(Who::Borrower, Sum::Share(60), Sum::Fees(0))),
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
    let charge_off = vec![wait(Moment::ChargeOff), go(Call::ChargeOff(Who::Authority))];
    let hand_over = vec![
        go(Call::Nominate(Who::Authority, Some(Who::Nominee))),
        go(Call::Accept(Who::Nominee)),
        go(Call::Collect(true)),
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
        go(Call::Confirm(0, Who::Keeper, Proof::Right)),
    ];

    // The second edition's own.
    let other_key = vec![
        go(Call::RecoverBorrower(Who::Authority, Who::Heir, false)),
        wait(Moment::Recovery),
        go(Call::RecoverBorrower(Who::Authority, Who::Heir, true)),
        go(Call::WithdrawSurplus(Who::Heir, Sum::Units(1))),
        wait(Moment::Recovered),
        go(Call::WithdrawSurplus(Who::Heir, Sum::Units(1))),
    ];
    let refused = vec![
        go(Call::RecoverBorrower(Who::Authority, Who::Heir, false)),
        go(Call::RefuseRecovery(Who::Borrower)),
        go(Call::RecoverBorrower(Who::Authority, Who::Heir, false)),
        wait(Moment::Barred),
        go(Call::RecoverBorrower(Who::Authority, Who::Heir, false)),
        go(Call::EmergencyStart(Who::Borrower)),
        wait(Moment::Recovery),
        go(Call::RecoverBorrower(Who::Authority, Who::Heir, true)),
    ];
    let sold = vec![
        go(Call::Collect(true)),
        go(Call::Assign(Who::Authority, Who::Buyer, Agreement::Sound, Mandate::SevenDays, Proof::Right)),
    ];
    let back =
        vec![go(Call::Assign(Who::Buyer, Who::Authority, Agreement::Sound, Mandate::Fresh, Proof::Right))];
    let stayed = [
        default.clone(),
        vec![go(Call::PlaceStay(Who::Authority, 0, 5 * DAY)), wait(Moment::Grace), go(Call::DeclareDefault)],
        vec![
            wait(Moment::StayUntil),
            go(Call::DeclareDefault),
            wait(Moment::Grace),
            go(Call::DeclareDefault),
        ],
    ]
    .concat();
    let amend = |how, by| vec![go(Call::Amend(Who::Authority, by, how, Agreement::Sound))];
    let kinder = amend(Amended::Kinder, None);
    let again = [default.clone(), amend(Amended::Fresh(200_000), Some(Who::Borrower))].concat();
    let doubted = [
        tried_after(default.clone(), Moment::Notice),
        vec![
            go(Call::Claim(Who::Keeper, 0)),
            go(Call::Distrust(Who::Authority)),
            go(Call::Confirm(0, Who::Keeper, Proof::Right)),
            wait(Moment::Expiry),
            go(Call::Expire(0)),
        ],
        own.clone(),
    ]
    .concat();
    let frozen = vec![
        Move::Treasury(Fate::Frozen),
        Move::TopUp(Sum::Payoff(0)),
        go(Call::Collect(true)),
        go(Call::PayOff(Who::Borrower)),
    ];
    let thawed = [frozen.clone(), vec![Move::Treasury(Fate::Thawed), go(Call::Collect(true))]].concat();
    let released =
        [locked.clone(), vec![go(Call::Settle(Who::Authority, 2))], unlock.clone(), own.clone()].concat();
    let promised =
        [locked.clone(), vec![go(Call::Request(Action::Unlock, Some(Who::Servicer))), done]].concat();
    let twice =
        [warned.clone(), vec![wait(Moment::SecondNotice)], ask(Action::Warn), fulfil.clone()].concat();
    let forgotten = [
        warned.clone(),
        vec![Move::TopUp(Sum::Cure(0)), wait(Moment::Due)],
        tried_after(default.clone(), Moment::OldNotice),
    ]
    .concat();

    prop_oneof![
        12 => select(vec![default, locked.clone(), locked, warned]),
        8 => select(vec![lock, cure, unlock, cured, own]),
        6 => select(vec![yielded, lapsed, returned, expired, doomed, at_once]),
        8 => select(vec![emergency, promise, forgiven, generous.clone(), generous, emptied, paused]),
        6 => select(vec![renewed, held, quiet, driven]),
        3 => select(vec![end.clone(), end.clone(), end, charge_off, waited_out]),
        2 => select(vec![hand_over, own_work, hands, rotated]),
        6 => select(vec![stayed, kinder, again, doubted, twice, forgotten, promised]),
        4 => select(vec![other_key, refused, sold.clone(), sold, back, frozen, thawed, released]),
        1 => prop_oneof![7 => Just(vec![]), 1 => Just(retired)],
    ]
}

/// The same path, with its last wait a second longer or shorter.
pub(super) fn to_the_second(mut moves: Vec<Move>, odd: i64) -> Vec<Move> {
    if let Some(Move::Wait(_, seconds)) = moves.iter_mut().rfind(|one| matches!(one, Move::Wait(..))) {
        *seconds += odd;
    }
    moves
}
